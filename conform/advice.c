/* SPDX-License-Identifier: BSD-2-Clause */
/* advice.c - the lines of configuration that mend what was found. 192.0.2.0/24
 * stands for the proxy's addresses.
 */
#include "advice.h"

#include <stddef.h>

/* The origin does not take the header. */
const struct advice advice_enable[] = {
	{ "nginx, stream", "      listen 10000 proxy_protocol;" },
	{ "nginx, http", "      listen 80 proxy_protocol;\n"
			 "      set_real_ip_from 192.0.2.0/24; real_ip_header "
			 "proxy_protocol;" },
	{ "HAProxy", "      bind :80 accept-proxy" },
	{ "Envoy",
	  "      listener_filters: [{ name: "
	  "envoy.filters.listener.proxy_protocol, typed_config: { \"@type\":\n"
	  "        type.googleapis.com/envoy.extensions.filters.listener."
	  "proxy_protocol.v3.ProxyProtocol } }]" },
	{ "Apache httpd", "      RemoteIPProxyProtocol On   # mod_remoteip" },
	{ "Varnish", "      varnishd -a :6081,PROXY" },
	{ "Postfix", "      smtpd_upstream_proxy_protocol = haproxy   # or "
		     "postscreen_upstream_proxy_protocol" },
	{ "Dovecot",
	  "      haproxy_trusted_networks = 192.0.2.0/24\n"
	  "      inet_listener imap_haproxy { port = 10143; haproxy = yes }" },
	{ "unbound",
	  "      interface: 0.0.0.0@10053\n      proxy-protocol-port: 10053" },
	{ "PowerDNS recursor", "      proxy-protocol-from=192.0.2.0/24" },
	{ "dnsdist", "      setProxyProtocolACL({\"192.0.2.0/24\"})" },
	{ "Go, pires/go-proxyproto",
	  "      ln = &proxyproto.Listener{Listener: ln, ReadHeaderTimeout: "
	  "5 * time.Second}" },
	{ "Java, Netty",
	  "      pipeline.addFirst(new HAProxyMessageDecoder());" },
	{ "Java, Jetty",
	  "      new ServerConnector(server, new ProxyConnectionFactory(), "
	  "http)" },
	{ "Node.js, proxywrap",
	  "      proxywrap.proxy(http, { strict: true }).createServer(app)" },
	{ NULL, NULL },
};

/* The origin believes strangers, or serves whoever sends no header. */
const struct advice advice_trust[] = {
	{ "any, in the kernel",
	  "      nft add rule inet filter input tcp dport 10000 ip saddr != "
	  "192.0.2.0/24 drop" },
	{ "nginx, stream", "      allow 192.0.2.0/24; deny all;" },
	{ "nginx, http",
	  "      set_real_ip_from 192.0.2.0/24;   # not 0.0.0.0/0\n"
	  "      real_ip_header proxy_protocol;" },
	{ "HAProxy",
	  "      tcp-request connection reject if !{ src 192.0.2.0/24 }\n"
	  "      tcp-request connection expect-proxy layer4   # in place of "
	  "accept-proxy" },
	{ "Envoy",
	  "      filters: [{ name: envoy.filters.network.rbac, principals: "
	  "[{ direct_remote_ip:\n"
	  "        { address_prefix: 192.0.2.0, prefix_len: 24 } }] }]\n"
	  "      and no allow_requests_without_proxy_protocol" },
	{ "Apache httpd",
	  "      RemoteIPProxyProtocol On, on a port of its own that the "
	  "firewall opens to 192.0.2.0/24\n"
	  "      (RemoteIPProxyProtocolExceptions names who sends none)" },
	{ "Varnish",
	  "      if (remote.ip !~ proxies) { return (synth(403)); }   # acl "
	  "proxies { \"192.0.2.0\"/24; }" },
	{ "Postfix",
	  "      a service of its own in master.cf, bound to the address that "
	  "only the proxy reaches" },
	{ "Dovecot", "      haproxy_trusted_networks = 192.0.2.0/24" },
	{ "unbound",
	  "      a proxy-protocol-port of its own, closed to others by the "
	  "firewall" },
	{ "PowerDNS recursor", "      proxy-protocol-from=192.0.2.0/24" },
	{ "dnsdist", "      setProxyProtocolACL({\"192.0.2.0/24\"})" },
	{ "Go, pires/go-proxyproto",
	  "      Policy: proxyproto.MustStrictWhiteListPolicy("
	  "[]string{\"192.0.2.0/24\"})" },
	{ "Java, Netty",
	  "      add the decoder only if remoteAddress() is one of the "
	  "proxy's, close the channel otherwise" },
	{ "Node.js",
	  "      socket.destroy() unless socket.remoteAddress is one of the "
	  "proxy's, before the header is read" },
	{ NULL, NULL },
};
