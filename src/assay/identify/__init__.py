"""Components and versions: matchers and signatures."""
