"""Mend: patient-education chat assistant for a physiotherapy clinic's website."""
