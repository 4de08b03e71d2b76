-- Another AGENT stream: its sequences begin at one, so no old one may be compared with them.
UPDATE server_presence SET last_seq = 0, judged_seq = 0 WHERE last_seq <> 0 OR judged_seq <> 0
