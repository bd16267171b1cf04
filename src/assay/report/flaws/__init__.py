"""Known flaws in the forms of reports: words, bills of materials, VEX documents."""
