# SPDX-License-Identifier: Apache-2.0
"""What a file is, told by its bytes: never by its name, and without loading any of it.

``kinds``     the formats that models are stored in, and whether loading them can run code
``identify``  bytes in, kind out; whatever cannot be told is "unknown", and counts as able to run code
``zips``      the formats that are zip archives inside
``packed``    the formats that are compressed
``fields``    the formats that are protocol buffers
"""
