#!/bin/sh
# Builds the BPF objects that are shipped beside their sources; needs clang and llvm.
# The same sources give the same objects wherever they lie: no path is in them.
# SOURCES.sha256 says from what they were built, so that a test can tell a stale object.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
include=/usr/include/$(python3 -c 'import sysconfig; print(sysconfig.get_config_var("MULTIARCH"))')
# Debian has clang; Ubuntu and others may have only a versioned one.
clang=${CLANG:-clang}
strip=${LLVM_STRIP:-llvm-strip}

for folder in "$here" "$here/../../vip/bpf" "$here/../../vip/tunnel/bpf" \
	"$here/../../backend/bpf" "$here/../../nameserver/bpf"; do
	cd "$folder"
	for source in *.bpf.c; do
		"$clang" -O2 -g -Wall -Wextra -Werror -target bpf -mcpu=v3 -I"$include" \
			-ffile-prefix-map="$PWD=." -c "$source" -o "${source%.c}.o"
		"$strip" -g "${source%.c}.o"
	done
	# Headers of other folders, too: what they change makes an object stale as well.
	{ ls ./*.[ch] && sed -n 's/^#include "\(\.\.\/.*\)"$/\1/p' ./*.[ch]; } |
		sort -u | xargs sha256sum >SOURCES.sha256
done
