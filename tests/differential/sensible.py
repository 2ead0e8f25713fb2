"""Where the requests that make sense are kept: by API, a function of world and version to (body, what to keep).

A function may return a third value, keywords of the Step.
"""

SENSIBLE = {}


def sensible(api):
    def remember(make):
        SENSIBLE[api] = make
        return make

    return remember
