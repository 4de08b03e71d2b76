"""A whole system on one machine, made of real parts: used by the quickstart, the system and chaos tests, and the
measuring scripts. Each lab has its own ports, directory and processes, and leaves nothing behind."""
