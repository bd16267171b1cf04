	.bss
	.global first
	.hidden first
	.balign 8
first:	.skip 0x18
