#!/bin/bash
# Process 1 of the guest, on the host's root read-only: puts a writable overlay above it
# and goes there. The folder of the job is all that the guest can write of the host.
set -e
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# -n: there is no mtab to write yet.
mount -n -t proc proc /proc
mount -n -t sysfs sysfs /sys
job=$(sed 's/.* job=\([^ ]*\).*/\1/' /proc/cmdline)
modules=/usr/lib/uml/modules/$(uname -r)
insmod "$modules/kernel/fs/overlayfs/overlay.ko"
mount -n -t tmpfs -o mode=755,size=75% tmpfs /mnt
cd /mnt
mkdir upper work root
mount -n -t overlay -o "lowerdir=$(<"$job/root"),upperdir=upper,workdir=work" overlay root
cd root
for folder in proc sys dev; do mount -n --move /$folder $folder; done
mount -n -t tmpfs -o mode=755 tmpfs run
mkdir -p dev/pts dev/shm run/lock run/job "lib/modules/$(uname -r)"
mount -n -t devpts -o ptmxmode=666 devpts dev/pts
mount -n -t tmpfs tmpfs dev/shm
mount -n -t cgroup2 cgroup2 sys/fs/cgroup
mount -n --bind "$modules" "lib/modules/$(uname -r)"
mount -n -t hostfs -o "$job" job run/job
exec chroot . /bin/bash /run/job/second.sh
