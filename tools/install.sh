#!/usr/bin/env bash
# Installs what is missing from the system, and nothing else.
#
#   tools/install.sh fonts   a Chinese 宋体 and 黑体 (what `make demo` needs)
#   tools/install.sh tests   the fonts, and the programs tests read documents with
#
# Only Debian and its relatives are installed on; elsewhere it says what to do.
set -euo pipefail

# Keep in step with src/render/fonts.rs: file and family names of the faces hetong takes.
serif='NotoSerifCJK|NotoSerifSC|SourceHanSerif|Noto Serif (CJK )?SC|Source Han Serif|思源宋体|SimSun|Songti|STSong'
sans='NotoSansCJK|NotoSansSC|SourceHanSans|Noto Sans (CJK )?SC|Source Han Sans|思源黑体|SimHei|msyh|YaHei|PingFang|Heiti'

known_fonts() {
    if command -v fc-list >/dev/null; then
        fc-list : file family
    fi
    for folder in /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
        /System/Library/Fonts /Library/Fonts "$HOME/Library/Fonts"; do
        if [ -d "$folder" ]; then
            find "$folder" -type f 2>/dev/null || true
        fi
    done
}

has_fonts() {
    local fonts
    fonts=$(known_fonts)
    grep -qiE "$serif" <<<"$fonts" && grep -qiE "$sans" <<<"$fonts"
}

# One line per Debian package that is missing.
missing_packages() {
    has_fonts || echo fonts-noto-cjk
    if [ "$1" = tests ]; then
        command -v pdftotext >/dev/null || echo poppler-utils
        command -v qpdf >/dev/null || echo qpdf
        # LibreOffice may be there without Calc, so it is the package that counts where there are packages.
        if command -v dpkg-query >/dev/null; then
            dpkg-query -W -f='${Status}' libreoffice-calc-nogui 2>/dev/null | grep -q '^install ok' ||
                dpkg-query -W -f='${Status}' libreoffice-calc 2>/dev/null | grep -q '^install ok' ||
                echo libreoffice-calc-nogui
        else
            command -v soffice >/dev/null || echo libreoffice-calc-nogui
        fi
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "需要 root 权限来安装：${packages[*]}" >&2
        exit 1
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

what=${1:-}
if [ "$what" != fonts ] && [ "$what" != tests ]; then
    echo "usage: tools/install.sh fonts|tests" >&2
    exit 2
fi

mapfile -t packages < <(missing_packages "$what")
if [ ${#packages[@]} -eq 0 ]; then
    exit 0
fi

if ! command -v apt-get >/dev/null; then
    cat >&2 <<EOF
缺少：${packages[*]}（Debian 的包名）。请用本系统的方式安装：
  Fedora   dnf install google-noto-serif-cjk-fonts google-noto-sans-cjk-fonts
  Arch     pacman -S noto-fonts-cjk
  macOS    brew install --cask font-noto-serif-cjk-sc font-noto-sans-cjk-sc
EOF
    exit 1
fi

echo "安装 ${packages[*]} …" >&2
# The lists of a fresh machine are empty or old: fetch them only if installing fails without.
apt_install "${packages[@]}" 2>/dev/null || {
    as_root apt-get update -qq
    apt_install "${packages[@]}"
}
