#!/bin/sh
# Installs the Debian packages of the named sets (tools/packages.txt) that are
# missing; asks the network for nothing when none is.
#   tools/install-packages.sh SET...
set -eu
list=$(dirname "$0")/packages.txt

say() {
	echo "$*" >&2
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	say "This is not a Debian system, so nothing is installed. custody needs what"
	say "$list names; if all of it is here, the build goes on and works."
	exit 0
fi

installed() {
	case $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null || :) in
	*ii*) return 0 ;;
	esac
	return 1
}

# A command is a name, or a path with wildcards.
runs() {
	case $1 in
	'') return 1 ;;
	/*) for f in $1; do [ -x "$f" ] && return 0; done; return 1 ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

missing=
for want; do
	found=
	while read -r set package command; do
		[ "$set" = "$want" ] || continue
		found=yes
		runs "$command" || installed "$package" || missing="$missing $package"
	done <"$list"
	[ -n "$found" ] || { say "$list has no set \"$want\"."; exit 2; }
done
[ -n "$missing" ] || exit 0

as=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		say "These Debian packages are missing, and installing them needs root or sudo:"
		say " $missing"
		say "Ask who runs this machine for: apt-get install --no-install-recommends$missing"
		exit 1
	fi
	if ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
		say "These Debian packages are missing, and sudo wants a password that nobody can type here:"
		say " $missing"
		say "Run once in a terminal: sudo apt-get install --no-install-recommends$missing"
		exit 1
	fi
	as=sudo
fi

# sudo clears the environment; a proxy is needed all the same.
apt() {
	$as env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
		${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
		${no_proxy:+"no_proxy=$no_proxy"} \
		apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

say "installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! apt update >"$log" 2>&1; then
	tail -n 5 "$log" >&2
	say "The package lists could not be refreshed; trying with those at hand."
fi
# shellcheck disable=SC2086
if ! apt install -y --no-install-recommends $missing >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	say "These packages could not be installed:$missing"
	say "custody builds on Debian 12 with a mirror in reach; the lines above are apt's reason."
	exit 1
fi
