# SPDX-License-Identifier: Apache-2.0
"""What a file is, told by its bytes: never by its name, and without loading any of it.

``kinds``      the formats that models are stored in, and whether loading them can run code
``identify``   bytes in, kind out; whatever cannot be told is "unknown", and counts as able to run code
``disguises``  files that begin like a harmless format and can be read as another one, too
``orders``     pickles without first bytes of their own, told by walking their orders
``zips``       the formats that are zip archives inside
``arrays``     numpy's own format
``packed``     the formats that are compressed
``described``  the formats that describe themselves in JSON
``fields``     the formats that are protocol buffers
``protobuf``   protocol buffers, field by field
``structure``  whether a model file is whole and consistent, before its library sees it
``rights``     who may write a file on this machine; the one part that looks at a disk
"""
