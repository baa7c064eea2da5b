"""The clinic's records: the only code that talks to the clinic's database."""
