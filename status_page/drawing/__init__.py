"""Pictures drawn on the server: charts and cards."""
