#!/bin/sh
# Called as root when the uplink comes up; operators add their own lines.
echo uplink is up > /tmp/wan.state
/usr/bin/leds wan on
