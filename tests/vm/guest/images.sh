#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Runs once in the Debian guest's tree while it is built, and makes from its packages the root file
# systems of the container images, /images/NAME.tar: there is no registry to pull from.

set -eu
umask 022
cd /images

# Users that both images know: root, a plain one, and nginx as in its official image.
skeleton()
{
	mkdir -p "$1" && (cd "$1" && mkdir -p bin dev etc proc root run sys tmp var/tmp)
	chmod 1777 "$1/tmp" "$1/var/tmp"
	cat >"$1/etc/passwd" <<-EOF
		root:x:0:0:root:/root:/bin/sh
		nginx:x:101:101:nginx:/nonexistent:/bin/false
		user:x:5000:5000:user:/:/bin/sh
	EOF
	printf 'root:x:0:\nnginx:x:101:\nuser:x:5000:\n' >"$1/etc/group"
}

libraries()
{
	ldd "$@" | grep -o '/[^ :]* (' | tr -d ' (' | sort -u
}

busybox_image()
{
	skeleton busybox
	cp /bin/busybox busybox/bin/busybox
	chroot busybox /bin/busybox --install -s /bin
	# A setuid-root binary that says whom it runs as: Debian's busybox drops the bit's gain in
	# every applet, the real id keeps it.
	# shellcheck disable=SC2046 # a list of names
	cp --parents -L /usr/bin/id $(libraries /usr/bin/id) busybox/
	cp /usr/bin/id busybox/bin/su-id
	chmod 4755 busybox/bin/su-id
	# busybox's own knows no --reuid
	rm -f busybox/bin/setpriv
	# shellcheck disable=SC2046 # a list of names
	cp --parents -L /usr/bin/setpriv $(libraries /usr/bin/setpriv) busybox/
}

nginx_image()
{
	skeleton nginx
	cp /bin/busybox nginx/bin/busybox
	chroot nginx /bin/busybox --install -s /bin
	# shellcheck disable=SC2046 # a list of names
	cp --parents -L /usr/sbin/nginx $(libraries /usr/sbin/nginx) nginx/
	mkdir -p nginx/var/log/nginx nginx/var/lib/nginx nginx/var/www
	echo hello >nginx/var/www/index.html
	mkdir -p nginx/etc/nginx
	cat >nginx/etc/nginx/nginx.conf <<-EOF
		user nginx;
		daemon off;
		worker_processes 1;
		pid /run/nginx.pid;
		error_log stderr;
		events { worker_connections 16; }
		http {
			access_log off;
			server { listen 80; root /var/www; }
		}
	EOF
}

# As a tree for runc and crun, as a tar for the others.
for image in busybox nginx; do
	${image}_image
	tar -C $image --numeric-owner -cf $image.tar .
done
