"""The report on a register: who said what, on which evidence, what bears on it, what is open."""
