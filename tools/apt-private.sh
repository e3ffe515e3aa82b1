#!/bin/bash
# apt-private.sh NAME LINE -- COMMAND...: runs apt-get or apt-cache with the
# one sources.list LINE and lists of its own under build/apt/NAME, so that the
# machine's sources stay as they are. "\n" in LINE parts several lines.

. "$(dirname "$0")/lib.sh"

name=$1 line=$2
[ "$3" = -- ] || die "usage: apt-private.sh NAME LINE -- COMMAND..."
shift 3

dir=$build/apt/$name
mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/etc"

options=(
    -o Dir::Etc="$dir/etc" -o Dir::Etc::sourcelist="$dir/sources.list"
    -o Dir::Etc::sourceparts="$dir/etc" -o Dir::Etc::preferencesparts="$dir/etc"
    -o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir"
    -o Acquire::Languages=none -o Acquire::Retries=5
    -o APT::Sandbox::User="$(id -un)" -qq
)

if [ "$(cat "$dir/sources.list" 2>/dev/null)" != "$(echo -e "$line")" ]; then
    echo -e "$line" > "$dir/sources.list"
    rm -f "$dir/updated"
fi

# Once a day is enough.
if [ -z "$(find "$dir/updated" -mtime -1 2>/dev/null)" ]; then
    apt-get "${options[@]}" update >&2 && touch "$dir/updated" || exit 1
fi

command=$1
shift
cd "${APT_DIR:-$dir}" && exec "$command" "${options[@]}" "$@"
