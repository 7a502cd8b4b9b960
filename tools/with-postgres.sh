#!/bin/sh
# Runs a command with a PostgreSQL server of its own, made for it and gone after:
#   tools/with-postgres.sh [--no-fsync] COMMAND [ARGUMENT]...
# The server listens on a socket in a scratch folder only. The command finds it
# in CUSTODY_TEST_POSTGRES; its exit code is the script's. --no-fsync is for
# tests that say nothing about durability.
set -eu
fsync=on
if [ "${1:-}" = --no-fsync ]; then
	fsync=off
	shift
fi
[ $# -gt 0 ] || { echo "usage: with-postgres.sh [--no-fsync] COMMAND [ARGUMENT]..." >&2; exit 2; }

bin=
for d in /usr/lib/postgresql/*/bin; do
	[ -x "$d/initdb" ] && bin=$d
done
[ -n "$bin" ] || { echo "with-postgres.sh: PostgreSQL's server is not installed" >&2; exit 1; }

dir=$(mktemp -d "${TMPDIR:-/tmp}/custody-pg-XXXXXX")
server=
stop() {
	status=$?
	trap - EXIT INT TERM HUP
	if [ -n "$server" ]; then
		# SIGINT is PostgreSQL's fast shutdown.
		kill -INT "$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	fi
	rm -rf "$dir"
	exit "$status"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# The server refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
	user=nobody
	chown "$user" "$dir"
	as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups"
fi
chmod 755 "$dir"

cd "$dir"
if ! $as "$bin/initdb" -D "$dir/data" -U custody --auth=trust --encoding=UTF8 --locale=C \
	--no-sync >"$dir/initdb.log" 2>&1; then
	cat "$dir/initdb.log" >&2
	exit 1
fi
$as "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c fsync=$fsync \
	-c max_connections=50 -c unix_socket_permissions=0777 >"$dir/server.log" 2>&1 &
server=$!
tries=0
until "$bin/pg_isready" -q -h "$dir" -U custody -d postgres; do
	tries=$((tries + 1))
	if [ $tries -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
		cat "$dir/server.log" >&2
		exit 1
	fi
	sleep 0.1
done
cd "$OLDPWD"
CUSTODY_TEST_POSTGRES="postgres:host=$dir user=custody dbname=postgres" "$@"
