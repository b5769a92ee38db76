"""What is told to those who run it, and to nobody else: deploys, promises, evidence, actions."""
