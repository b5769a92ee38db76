"""What people do about incidents: orders, and how they are carried out."""
