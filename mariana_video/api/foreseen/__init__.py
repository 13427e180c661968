"""What is known of a job before it is begun: refusals, costs, sizes, times; it never makes anything."""
