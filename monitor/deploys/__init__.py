"""Deploys: how they are heard of, and what follows from one."""
