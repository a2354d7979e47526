"""The program beside a kiosk's browser: it holds the drivers of the devices and speaks to the office over HTTPS.

It needs neither the office's database nor its settings; what happened is kept on disk until the office has it.
"""
