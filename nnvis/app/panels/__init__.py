"""The panels, one a file: each reads the view state and returns the actions of the user.

No panel touches OpenGL or torch; ``tests/app`` and an import contract see to it.
"""
