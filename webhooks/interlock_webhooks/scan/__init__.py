"""What policies say of objects that are in a cluster already, as reports there."""
