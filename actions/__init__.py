"""Rasa's custom actions: one module per action, stateless, no database.

An action chooses a written response and returns events. It never raises: a failed
action would leave the visitor without an answer.
"""
