"""The pictures of the page: plots of a summary in, SVG out, without matplotlib.

A drawing is written in classes and not in colours, so that the style sheet of the page gives it the
colours of the light or the dark theme.
"""

from tabgan.report.drawings.elements import Drawing, Markup, Panel
from tabgan.report.drawings.intervals import draw_gauge
from tabgan.report.drawings.kinds import DRAWINGS, draw

__all__ = ["DRAWINGS", "Drawing", "Markup", "Panel", "draw", "draw_gauge"]
