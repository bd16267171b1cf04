"""Who said what: attributions found in sentences, headlines and dialogues."""
