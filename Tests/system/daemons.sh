# Configurations of real daemons, in a private directory and on private ports. Sourced by the tests that run them.
# shellcheck shell=sh disable=SC2154

# The account that owns the data of daemons which refuse to run as root; empty when we are not root.
daemon_user=
if as_root; then
    for candidate in postgres nobody; do
        if id "$candidate" >/dev/null 2>&1; then
            daemon_user=$candidate
            break
        fi
    done
fi
# run_as_daemon_user COMMAND: in a shell, as that account.
run_as_daemon_user() {
    if [ -n "$daemon_user" ]; then su -m "$daemon_user" -c "$1"; else sh -c "$1"; fi
}
user_key() { if [ -n "$daemon_user" ]; then echo "user = $daemon_user"; fi; }

# define_nginx NAME PORT [KEYS]: a server in $work/NAME.
define_nginx() {
    mkdir -p "$work/$1/temp"
    cat >"$work/$1/nginx.conf" <<CONF
daemon off;
pid $work/$1/nginx.pid;
error_log stderr notice;
worker_processes 2;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path $work/$1/temp/body;
  proxy_temp_path $work/$1/temp/proxy;
  fastcgi_temp_path $work/$1/temp/fastcgi;
  uwsgi_temp_path $work/$1/temp/uwsgi;
  scgi_temp_path $work/$1/temp/scgi;
  server { listen 127.0.0.1:$2; location / { return 200 "first\n"; } }
}
CONF
    # Of the main context: as root the workers would be somebody who may not enter the directory; they need nothing there.
    cat <<UCL
service $1 {
  pre-start = [[$nginx, -q, -t, -p, $work/$1, -c, $work/$1/nginx.conf]]
  exec = [$nginx, -p, $work/$1, -c, $work/$1/nginx.conf]
  stop { signal = QUIT; grace-period = 10s }
  reload { signal = HUP }
  actions { configtest { exec = [$nginx, -t, -p, $work/$1, -c, $work/$1/nginx.conf] } }
  ${3:-}
}
UCL
}

# define_redis NAME PORT [KEYS]
define_redis() {
    mkdir -p "$work/$1"
    cat <<UCL
service $1 {
  exec = [$redis, --port, "$2", --bind, 127.0.0.1, --dir, $work/$1, --daemonize, "no", --save, "", --appendonly, yes]
  ${3:-}
}
UCL
}

# define_postgresql NAME PORT [KEYS]: makes the data directory too.
define_postgresql() {
    mkdir -p "$work/$1"
    if [ -n "$daemon_user" ]; then chown "$daemon_user" "$work/$1"; chmod 711 "$work"; fi
    run_as_daemon_user "cd / && '$initdb' -D '$work/$1/data' -A trust -E UTF8 --locale=C -U tester --no-sync" >"$work/$1.initdb" 2>&1 || {
        show "$work/$1.initdb"
        return 1
    }
    cat >>"$work/$1/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $2
unix_socket_directories = ''
fsync = off
shared_buffers = 16MB
log_min_messages = info
CONF
    cat <<UCL
service $1 {
  $(user_key)
  exec = [$postgres, -D, $work/$1/data]
  stop { signal = INT; grace-period = 30s }
  reload { signal = HUP }
  actions { ready { exec = [$pg_isready, -h, 127.0.0.1, -p, "$2"] } }
  ${3:-}
}
UCL
}

# page PORT: what the server on the port answers, by whatever client the system has.
page() {
    if command -v curl >/dev/null 2>&1; then
        curl -s -m 5 "http://127.0.0.1:$1/"
    elif command -v fetch >/dev/null 2>&1; then
        fetch -q -T 5 -o - "http://127.0.0.1:$1/"
    else
        printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 5 127.0.0.1 "$1"
    fi
}
page_is() { page "$1" 2>/dev/null | grep -q "$2"; }
redis_answers() { "$redis_cli" -p "$1" ping 2>/dev/null | grep -q PONG; }
postgres_answers() { "$pg_isready" -q -h 127.0.0.1 -p "$1"; }
query() { "$psql" -h 127.0.0.1 -p "$1" -U tester -d postgres -At -c "$2"; }
