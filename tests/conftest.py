"""No test touches the network: models that are not on this machine are not looked for elsewhere."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
