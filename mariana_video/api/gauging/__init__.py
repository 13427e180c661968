"""What this machine can do: its ceiling, a step of each network, made-up films; it never looks at anybody's film."""
