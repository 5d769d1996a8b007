#!/bin/sh
# Makes one relocatable object of a static archive, in which only the symbols that hosts link against are left global: everything else
# (Boost's, yaml-cpp's and our own inner templates) becomes local. Otherwise the linker takes the first of two functions with one name,
# and a host that carries another version of the same template gets its own mixed into ours, or ours into its own.
#
#   prelink.sh ARCHIVE LD OBJCOPY AR READELF
#
# Groups of sections that linkers fold by name are dissolved first (--force-group-allocation): a group that the host has too would
# otherwise be thrown away, whatever its symbols are bound to.
set -eu
archive=$1 ld=$2 objcopy=$3 ar=$4 readelf=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$ld" -r --force-group-allocation --whole-archive "$archive" -o "$work/all.o"
# Of the defined symbols those with default visibility that are ours: namespaces `bylaw` and the functions of bylaw.h.
"$readelf" -sW "$work/all.o" | awk '$5 != "LOCAL" && $6 == "DEFAULT" && $7 != "UND" && $8 ~ /bylaw/ { print $8 }' | sort -u > "$work/keep"
test -s "$work/keep"
"$objcopy" --keep-global-symbols="$work/keep" "$work/all.o" "$work/$(basename "$archive" .a).o"
rm -f "$archive"
"$ar" crs "$archive" "$work/$(basename "$archive" .a).o"
