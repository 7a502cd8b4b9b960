#!/bin/sh
# Proves the two commands of the README on Debian 12 with only git and make: once
# as root without sudo, once as a user with sudo. Each time a fresh minimal system
# in a scratch folder, nothing of this machine in it but a clone of HEAD.
#   tools/bare-machine.sh [--as root|user]... [--run 'COMMAND']... [--mirror URL]
# Needs root, debootstrap, and a Debian mirror: $1 after --mirror, else the one
# this machine's apt uses. Proxy variables are handed on.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
mirror= people= commands=
limit=${LIMIT:-3600}
usage() {
	sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
while [ $# -gt 0 ]; do
	[ $# -gt 1 ] || usage
	case $1 in
	--as) people="$people $2" ;;
	--run) commands="${commands:+$commands && }$2" ;;
	--mirror) mirror=$2 ;;
	*) usage ;;
	esac
	shift 2
done
people=${people:-root user}
commands=${commands:-make audit && make check}

[ "$(id -u)" = 0 ] || { echo "This needs root: it makes a system of its own." >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "debootstrap is not installed." >&2; exit 1; }
if [ -z "$mirror" ]; then
	mirror=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) .*/\2/p' \
		/etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null |
		grep -E '/debian/?$' | head -n 1)
fi
[ -n "$mirror" ] || { echo "No Debian mirror is known here; name one with --mirror." >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/custody-bare-XXXXXX")
running=
clean() {
	status=$?
	trap - EXIT INT TERM HUP
	# The first process of its own namespace: with it ends all that it started.
	[ -z "$running" ] || kill -KILL "$running" 2>/dev/null || :
	wait 2>/dev/null || :
	rm -rf --one-file-system "$work"
	exit "$status"
}
trap clean EXIT
trap 'exit 130' INT TERM HUP

handed_on() {
	for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
		eval "value=\${$name:-}"
		[ -z "$value" ] || printf '%s=%s\n' "$name" "$value"
	done
}

echo "a minimal Debian 12 from the mirror of this machine"
mkdir "$work/debs"
if ! debootstrap --variant=minbase --include=git,make,ca-certificates --cache-dir="$work/debs" \
	bookworm "$work/bare" "$mirror" >"$work/debootstrap.log" 2>&1; then
	tail -n 20 "$work/debootstrap.log" >&2
	exit 1
fi
rm -rf "$work/debs"
[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$work/bare/etc/resolv.conf"
cp -L /etc/hosts "$work/bare/etc/hosts"
echo bare >"$work/bare/etc/hostname"
# No service starts in a system that has no first process of its own.
printf '#!/bin/sh\nexit 101\n' >"$work/bare/usr/sbin/policy-rc.d"
chmod 755 "$work/bare/usr/sbin/policy-rc.d"

# Runs a shell line as root inside, with its own processes, /proc, terminals and shared memory.
inside() {
	# shellcheck disable=SC2016
	timeout -k 30 "$limit" unshare --mount --pid --fork --kill-child --uts sh -c '
		root=$1 line=$2
		shift 2
		mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/dev/shm" &&
			mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts" || exit 1
		exec env -i "$@" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
			chroot "$root" sh -c "$line" </dev/null' - "$1" "$2" $(handed_on) &
	running=$!
	status=0
	wait "$running" || status=$?
	running=
	return "$status"
}

bad=0
for who in $people; do
	begin=$(date +%s)
	root=$work/$who
	cp -a "$work/bare" "$root"
	case $who in
	root)
		git clone -q --no-hardlinks "file://$top" "$root/root/custody"
		line="cd /root/custody && $commands"
		;;
	user)
		git clone -q --no-hardlinks "file://$top" "$root/home/custody"
		printf '%s\n' "$commands" >"$root/home/line"
		inside "$root" 'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
			--no-install-recommends sudo >/dev/null 2>&1 && useradd -m -s /bin/sh ada &&
			echo "ada ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/ada && mv /home/custody /home/ada/ &&
			chown -R ada: /home/ada' || { echo "The user could not be made." >&2; exit 1; }
		line='exec setpriv --reuid=ada --regid=ada --init-groups env HOME=/home/ada USER=ada sh -c \
			"cd /home/ada/custody && $(cat /home/line)"'
		;;
	*) usage ;;
	esac
	echo "== as $who: $commands"
	status=0
	inside "$root" "$line" || status=$?
	[ "$status" != 124 ] || echo "stopped after $limit seconds"
	echo "== as $who: exit $status after $(($(date +%s) - begin)) s"
	[ "$status" = 0 ] || bad=1
	rm -rf --one-file-system "$root"
done
exit "$bad"
