#!/bin/bash
# nginx-flags.sh TREE: the flags of the nginx installed here, as conf_flags in
# a tree of nginx's source. What it has as modules stays out.

. "$(dirname "$0")/lib.sh"

tree=$1
arguments=$(nginx -V 2>&1 | sed -n 's/^configure arguments: //p')
eval "set -- $arguments"

flags=
for flag; do
    case $flag in
        --with-cc-opt=*|--with-ld-opt=*|--add-*|--override-*|*=dynamic) ;;
        *) flags="$flags $(printf %q "$flag")" ;;
    esac
done

echo "NGX_CONF_FLAGS=($flags )" > "$tree/conf_flags"
