"""Names of server programs and what they serve: facts about published software.

Serves `inventory/services.py` and the service checks. A name tells what a program most likely
is; checks that need more look at the program itself.
"""

from typing import Literal

ServerRole = Literal[
    "telnet",
    "ftp",
    "tftp",
    "rsh",
    "ssh",
    "web",
    "snmp",
    "dns",
    "dhcp",
    "upnp",
    "file sharing",
    "remote management",
    "routing",
    "wireless",
    "vpn",
    "time",
    "log",
    "super-server",
    "printing",
    "discovery",
    "messaging",
    "debug",
    "dial-in",
    "multicast",
    "schedule",
    "device",
]

_NAMES: dict[ServerRole, str] = {
    "telnet": "telnetd utelnetd in.telnetd telnetd.netkit telnetd.inetutils",
    "ftp": "ftpd in.ftpd vsftpd proftpd pure-ftpd bftpd stupid-ftpd tnftpd wu-ftpd uftpd oftpd",
    "tftp": "tftpd in.tftpd atftpd utftpd tftpd-hpa",
    "rsh": "rshd in.rshd rlogind in.rlogind rexecd in.rexecd",
    "ssh": "sshd dropbear dropbearmulti",
    "web": "httpd uhttpd lighttpd nginx boa goahead goform thttpd mini_httpd mini_httpds webs webd "
    "micro_httpd mongoose shttpd apache2 hiawatha cherokee monkey appweb jhttpd",
    "snmp": "snmpd mini_snmpd bsnmpd snmptrapd",
    "dns": "dnsmasq named unbound pdnsd dnrd stubby smartdns kresd dproxy",
    "dhcp": "udhcpd dhcpd odhcpd dhcp6s dhcp6c radvd udhcpc dhclient odhcp6c dhcpcd dhcpc dhcrelay",
    "upnp": "upnpd miniupnpd igd upnp linuxigd mini_upnpd",
    "file sharing": "smbd nmbd samba ksmbd ksmbd.mountd afpd nfsd mountd minidlna minidlnad dlnad "
    "minidlna_server ushare mt-daapd forked-daapd wsdd2 rsync",
    "remote management": "cwmpd cwmp cwmpClient tr069 tr069c easycwmpd icwmpd freecwmpd acsd omcid "
    "netconfd netopeer2-server obuspa",
    "routing": "zebra ospfd ospf6d ripd ripngd bgpd isisd bird bird6 babeld olsrd batmand routed "
    "staticd pimd ldpd bfdd",
    "wireless": "hostapd wpa_supplicant wlceventd nas wlanapp wifid wscd",
    "vpn": "openvpn pptpd xl2tpd l2tpd charon starter pluto racoon ocserv wireguard strongswan "
    "softethervpn vpnserver tincd ipsec",
    "time": "ntpd chronyd ntpclient sntp sysntpd openntpd",
    "log": "syslogd klogd rsyslogd syslog-ng logd metalog",
    "super-server": "inetd xinetd",
    "printing": "cupsd p910nd lpd p9100d",
    "discovery": "avahi-daemon mdnsd mDNSResponder lldpd lldd lld2d wsdd llmnrd umdns nbtscan",
    "messaging": "mosquitto rabbitmq mqttd",
    "debug": "gdbserver tcf-agent rpcapd",
    "dial-in": "pppd pppoe-server pppoe-relay",
    "multicast": "igmpproxy mcproxy mrouted udpxy mldproxy mcsnooper",
    "schedule": "crond cron atd",
    "device": "hotplug2 udevd mdev watchdog ubusd netifd procd rpcd",
}

SERVERS: dict[str, ServerRole] = {
    name: role for role, names in _NAMES.items() for name in names.split()
}
"""Server program name -> what it serves."""
