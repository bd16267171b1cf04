/* toolbox: one program with many names; each applet has the signature of main. */
#ifndef TOOLBOX_H
#define TOOLBOX_H

#define SHELL_PATH "/bin/sh"

int applet_main(int argc, char **argv); /* runs the applet named by argv[0]; -1: no such applet */

int sh_main(int argc, char **argv);
int init_main(int argc, char **argv);
int echo_main(int argc, char **argv);
int cat_main(int argc, char **argv);
int cp_main(int argc, char **argv);
int mkdir_main(int argc, char **argv);
int mount_main(int argc, char **argv);
int hostname_main(int argc, char **argv);
int sleep_main(int argc, char **argv);
int reboot_main(int argc, char **argv);
int ifconfig_main(int argc, char **argv);
int telnetd_main(int argc, char **argv);
int wget_main(int argc, char **argv);
int ping_main(int argc, char **argv);

#endif
