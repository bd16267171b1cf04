"""Management shells and menus: their commands, and which of them give a shell."""
