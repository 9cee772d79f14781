#!/bin/sh
# Installs what the GL and window tests need, when it is missing and this user may.
# Without it those tests say what is missing and are left out.
missing=""
ldconfig -p 2>/dev/null | grep -q 'libEGL\.so' || missing="$missing libegl1"
ldconfig -p 2>/dev/null | grep -q 'libGL\.so' || missing="$missing libgl1"
command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing for the picture and window tests"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing libgl1-mesa-dri >/dev/null && exit 0
fi
echo "Picture and window tests are left out: install$missing (apt-get install$missing)"
exit 0
