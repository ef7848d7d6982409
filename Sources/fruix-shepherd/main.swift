print("fruix-shepherd")
