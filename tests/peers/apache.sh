# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# apache.sh - with mod_remoteip, which has no list of whom to trust
PEER_NAME="Apache httpd (mod_remoteip)"
PEER_PACKAGE=apache2-bin

apache_conf() {
    local module

    for module in mpm_event authz_core remoteip headers dir reqtimeout; do
        echo "LoadModule ${module}_module" \
            "/usr/lib/apache2/modules/mod_$module.so"
    done
    cat <<TEXT
ServerName peer.example
ServerRoot $DIR
PidFile $DIR/apache.pid
DefaultRuntimeDir $DIR
ErrorLog $DIR/apache-error.log
User nobody
Group nogroup
Listen 0.0.0.0:20200
Listen [::]:20200
DocumentRoot $DIR/www
DirectoryIndex index.html
RequestReadTimeout header=5 body=5
RemoteIPProxyProtocol On
Header always set X-Client "expr=client=%{REMOTE_ADDR}"
LogFormat "%a %{remote}p" client
CustomLog $DIR/access.log client
TEXT
}

peer_start() {
    apache_conf >"$DIR/apache.conf"
    mkdir "$DIR/www"
    echo hello >"$DIR/www/index.html"
    peer_run apache2 -f "$DIR/apache.conf" -D FOREGROUND
}

service http "Apache" tcp "ppv1 ppv2" 20200 http \
    access.log '^@A @P$' --oracle 'http:/:client=([0-9a-f.:]+)'
