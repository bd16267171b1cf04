"""From bytes to a virtual tree: finds containers, reads them, accounts for every byte."""
