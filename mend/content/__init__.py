"""What a machine can check and measure of the content that visitors read.

One module per rule or kind of rules; `mend.content.lint` puts them together. The rules
are checklist A of the project's writing guide, which draws on the AHRQ's PEMAT, the
CDC's Clear Communication Index and the NHS content style.
"""
