	.bss
	.global second
	.hidden second
	.balign 8
second:	.skip 0x30
