"""The parts of the SquashFS reader: superblocks, metadata tables, inodes, compressors.

Layouts: squashfs-tools (squashfs_fs.h, squashfs_compat.h) and the Linux documentation
(Documentation/filesystems/squashfs.rst); vendors' compression variants from images.
"""
