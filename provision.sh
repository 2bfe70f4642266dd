#!/bin/bash
# Sets a machine up for frontlab: system packages and a Python environment of its own.
#
#   ./provision.sh          what running a lab needs
#   ./provision.sh --dev    also what building and testing needs
#   ./provision.sh --ryu    also .venv-ryu, the environment of the Ryu controller
#   ./provision.sh --fuzz   also .venv-fuzz, the environment of the fuzzer
#   ./provision.sh --check  changes nothing: status 0 if there is nothing to do, else 1
#   ./provision.sh --quiet  says nothing when there is nothing to do
#
# For Debian 12 and 13 and Ubuntu 24.04. A second run does nothing and says so. No daemon is
# left running or enabled that was not so before: the labs start their own. With PKG_REPO=DIR
# system packages come from that folder, which holds a Packages index, not from a network.
set -euo pipefail
export LC_ALL=C.UTF-8
# Whoever became root by `su` alone has no sbin in PATH, and dpkg refuses to work.
export PATH=${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin

HERE=$(dirname "$(readlink -f "$0")")
PYTHON=/usr/bin/python3
# Kept while packages are installed, so that a killed run is put right by the next one.
STATE=/var/lib/frontlab-provision
POLICY=/usr/sbin/policy-rc.d
LOG=/var/log/frontlab-provision.log
LOCK_TIMEOUT_S=300
readonly HERE PYTHON STATE POLICY LOG LOCK_TIMEOUT_S

readonly RUNTIME_PACKAGES=(
  mininet openvswitch-switch iproute2 iputils-ping ethtool tcpdump kmod procps libbpf1
  unbound bind9 pdns-recursor knot-resolver dnsmasq-base dnsdist nginx
  nftables haproxy keepalived
  curl bind9-dnsutils iperf3 python3 python3-venv ca-certificates
)
# A distribution may lack some of these: they are named and left out, and the tests that
# need them are skipped there, each with its reason.
readonly DEV_PACKAGES=(
  clang llvm libbpf-dev linux-libc-dev bpftool shellcheck git
  user-mode-linux wrk dnsperf vagrant vagrant-libvirt mmdebstrap
  gdnsd knot knot-module-geoip pdns-server pdns-backend-geoip zonemaster-cli
)

say() { echo "provision: $*"; }

die() { say "$@" >&2 && exit 1; }

# Runs a command whose words go to the log, and past the reader on one line of a terminal.
logged() { # COMMAND...
  if ! "$@" 2>&1 </dev/null | follow; then
    tail -n 20 "$LOG" >&2
    die "failed: $1 ${*: -1} (all it said: $LOG)"
  fi
}

follow() {
  # A Ctrl-C is for the command: without a reader it would be cut off in the middle.
  trap '' INT
  [[ -t 2 ]] || exec cat >>"$LOG"
  local line
  while IFS= read -r line; do
    echo "$line" >>"$LOG"
    printf '\r\e[K%.*s' 78 "$line" >&2
  done
  printf '\r\e[K' >&2
}

# ---- What is there and what is missing ---------------------------------------------------

# Development packages that this distribution is known not to have.
absent_file() {
  # shellcheck source=/dev/null
  (. /etc/os-release && echo "/var/cache/frontlab/absent-$ID-${VERSION_ID:-}")
}

installed_packages() { # PACKAGE...
  dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed //p'
}

missing_packages() {
  local wanted=("${RUNTIME_PACKAGES[@]}")
  ((dev)) && wanted+=("${DEV_PACKAGES[@]}")
  comm -13 <({ installed_packages "${wanted[@]}"; cat "$(absent_file)" 2>/dev/null; } | sort) \
    <(printf '%s\n' "${wanted[@]}" | sort)
}

# What an environment must be made of to need no work: lock, interpreter and place.
stamp_of() { # LOCK
  sha256sum <"$HERE/requirements/$1.txt" | cut -c 1-64
  readlink -f "$PYTHON"
  echo "$HERE"
}

is_current() { # ENVIRONMENT LOCK
  local stamp=$HERE/$1/provisioned-$2
  [[ -x $HERE/$1/bin/python && -f $stamp && "$(<"$stamp")" == "$(stamp_of "$2")" ]]
}

wanted_lock() {
  # Once set up for development, an environment stays so.
  if ((dev)) || [[ -f $HERE/.venv/provisioned-dev ]]; then echo dev; else echo runtime; fi
}

# ---- System packages, with every daemon held ---------------------------------------------

apt_options() {
  options=(-q -o "DPkg::Lock::Timeout=$LOCK_TIMEOUT_S")
  [[ -n ${PKG_REPO:-} ]] || return 0
  echo "deb [trusted=yes] file:$(readlink -f "$PKG_REPO") ./" >"$STATE/offline.list"
  mkdir -p "$STATE/lists/partial"
  options+=(-o "Dir::Etc::sourcelist=$STATE/offline.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$STATE/lists" -o APT::Sandbox::User=root)
}

# Names of units and of System V scripts that start at boot.
enabled_daemons() {
  {
    find /etc/systemd/system -path '*.wants/*' -type l -printf '%f\n' 2>/dev/null || true
    find /etc/rc[2-5].d -name 'S*' -printf '%f\n' 2>/dev/null | sed 's/^S[0-9]*//' || true
  } | sort -u
}

hold_daemons() {
  trap release_daemons EXIT
  # Deferred by the shell until apt has ended: it must not outlive the hold.
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  if [[ ! -d $STATE ]]; then
    mkdir -p "$STATE.new"
    enabled_daemons >"$STATE.new/enabled"
    [[ ! -e $POLICY && ! -L $POLICY ]] || cp -a "$POLICY" "$STATE.new/policy-rc.d"
    mv "$STATE.new" "$STATE"
  fi
  # invoke-rc.d(8): 101 forbids every action on every service.
  rm -f "$POLICY"
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod 755 "$POLICY"
}

release_daemons() {
  local name
  trap '' INT TERM HUP
  while read -r name; do
    disable_daemon "$name"
  done < <(comm -13 "$STATE/enabled" <(enabled_daemons))
  rm -f "$POLICY"
  [[ ! -e $STATE/policy-rc.d && ! -L $STATE/policy-rc.d ]] || mv "$STATE/policy-rc.d" "$POLICY"
  rm -rf "$STATE"
  trap - EXIT INT TERM HUP
}

disable_daemon() { # NAME
  if [[ -e /etc/init.d/$1 ]]; then
    update-rc.d "$1" disable
  elif command -v systemctl >/dev/null; then
    systemctl --quiet disable "$1"
  else
    deb-systemd-helper disable "$1"
  fi >>"$LOG" 2>&1 || say "warning: $1 starts at boot and could not be disabled"
}

# Splits `missing` into what apt can install and what this distribution lacks.
leave_out_absent() {
  local offered package
  offered=$(apt-cache "${options[@]}" policy "${missing[@]}" |
    awk '/^[^ ]/ { name = $1; sub(":$", "", name) } /Candidate:/ && $2 != "(none)" { print name }')
  absent=() available=()
  for package in "${missing[@]}"; do
    if grep -qxF "$package" <<<"$offered"; then
      available+=("$package")
    elif [[ " ${DEV_PACKAGES[*]} " == *" $package "* ]]; then
      absent+=("$package")
    else
      die "no package $package in this machine's sources (Ubuntu: enable universe)"
    fi
  done
}

# dpkg itself does not wait for whoever has its lock: a machine's own upgrades, say.
wait_for_dpkg() {
  local inode seconds
  inode=$(stat -c %i /var/lib/dpkg/lock-frontend 2>/dev/null) || return 0
  for ((seconds = 0; seconds < LOCK_TIMEOUT_S; seconds++)); do
    grep -q ":$inode " /proc/locks || return 0
    ((seconds)) || say "waiting for another apt or dpkg to end"
    sleep 1
  done
}

install_packages() { # PACKAGE...
  local missing=("$@") options available absent
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
  say "installing system packages: ${missing[*]}"
  hold_daemons
  apt_options
  # After a power cut in the middle of an earlier run, apt would refuse to go on.
  wait_for_dpkg
  logged dpkg --configure -a
  # A stranger's source that fails is no reason to stop; a missing package below is.
  (logged apt-get "${options[@]}" update) || say "warning: not every package source was read"
  leave_out_absent
  if ((${#available[@]})); then
    logged apt-get "${options[@]}" -y --no-install-recommends install "${available[@]}"
  fi
  release_daemons
  if ((${#absent[@]})); then
    say "warning: this distribution has no ${absent[*]}: the tests that need them are skipped"
    mkdir -p "$(dirname "$(absent_file)")"
    printf '%s\n' "${absent[@]}" >>"$(absent_file)"
  fi
}

# ---- Python environments -----------------------------------------------------------------

# An environment of another interpreter, or one moved here with its checkout (its scripts
# still name the old place), is made anew.
make_environment() { # ENVIRONMENT
  local python=$HERE/$1/bin/python
  if [[ "$(readlink -f "$python")" != "$(readlink -f "$PYTHON")" ]] ||
    ! grep -qF " $HERE/$1" "$HERE/$1/pyvenv.cfg" ||
    ! "$python" -c 'import pip' 2>/dev/null; then
    "$PYTHON" -m venv --clear "$HERE/$1"
  fi
}

install_lock() { # ENVIRONMENT LOCK [PIP-OPTION...]
  local environment=$1 lock=$2
  shift 2
  say "installing requirements/$lock.txt into $environment"
  logged "$HERE/$environment/bin/python" -m pip install --disable-pip-version-check \
    --no-input --require-hashes "$@" -r "$HERE/requirements/$lock.txt"
  # A lab starts dozens of our programs at once: they should find them compiled.
  "$HERE/$environment/bin/python" -m compileall -q \
    "$HERE"/{balancer,controller,topo,experiments}
}

stamp() { # ENVIRONMENT LOCK: from now on it is up to date
  local owner
  stamp_of "$2" >"$HERE/$1/provisioned-$2"
  # What root made in a checkout belongs to whom the checkout belongs to.
  owner=$(stat -c %u:%g "$HERE")
  [[ $owner == 0:0 ]] || chown -R "$owner" "$HERE/$1"
}

install_python() { # LOCK
  make_environment .venv
  install_lock .venv "$1"
  stamp .venv "$1"
}

# Ryu's last release builds with no newer setuptools than its own time had, so that one is
# installed first and the build sees it.
install_ryu() {
  make_environment .venv-ryu
  install_lock .venv-ryu ryu-build
  install_lock .venv-ryu ryu --no-build-isolation
  stamp .venv-ryu ryu
}

install_fuzz() {
  make_environment .venv-fuzz
  install_lock .venv-fuzz runtime
  install_lock .venv-fuzz fuzz
  stamp .venv-fuzz runtime
  stamp .venv-fuzz fuzz
}

# ---- The whole ---------------------------------------------------------------------------

read_options() {
  dev=0 ryu=0 fuzz=0 check=0 quiet=0
  local option
  for option in "$@"; do
    case $option in
    --dev) dev=1 ;;
    --ryu) ryu=1 ;;
    --fuzz) fuzz=1 ;;
    --check) check=1 ;;
    --quiet) quiet=1 ;;
    -h | --help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" && exit 0 ;;
    *) say "unknown option $option (see --help)" >&2 && exit 2 ;;
    esac
  done
}

find_work() {
  local lock
  mapfile -t missing < <(missing_packages)
  lock=$(wanted_lock)
  work=()
  [[ ! -d $STATE ]] || work+=(release)
  ((${#missing[@]} == 0)) || work+=(packages)
  is_current .venv "$lock" || work+=("python $lock")
  ((ryu == 0)) || is_current .venv-ryu ryu || work+=(ryu)
  ((fuzz == 0)) || { is_current .venv-fuzz runtime && is_current .venv-fuzz fuzz; } ||
    work+=(fuzz)
}

do_work() {
  local step
  for step in "${work[@]}"; do
    case $step in
    release) release_daemons ;;
    packages) install_packages "${missing[@]}" ;;
    python*) install_python "${step#python }" ;;
    ryu) install_ryu ;;
    fuzz) install_fuzz ;;
    esac
  done
}

main() {
  read_options "$@"
  find_work
  if ((${#work[@]} == 0)); then
    ((quiet || check)) || say "nothing to do"
    return 0
  fi
  ((check == 0)) || return 1
  ((EUID == 0)) || die "must run as root: sudo ./provision.sh $*"
  [[ -w $HERE ]] || die "$HERE cannot be written, and Python's environments are made there"
  # Two at once, on a machine not yet set up: the second finds the work done.
  exec 9>/run/lock/frontlab-provision
  flock 9
  find_work
  do_work
  say "ready"
}

main "$@"
