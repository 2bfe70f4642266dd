"""JUnit's XML of several pytests in one file.

python tests/junit.py REPORT FOLDER    what FOLDER/*.xml say, as the file REPORT
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree


def merge(reports: Iterable[Path], merged: Path) -> None:
    """Write the suites of all `reports` that there are as `merged`."""
    root = ElementTree.Element("testsuites", name="frontlab")
    for report in reports:
        if report.exists():
            root.extend(ElementTree.parse(report).getroot())
    ElementTree.ElementTree(root).write(merged, "utf-8", xml_declaration=True)


if __name__ == "__main__":
    try:
        merge(sorted(Path(sys.argv[2]).glob("*.xml")), Path(sys.argv[1]))
    except OSError as error:
        sys.exit(f"tests: {error.filename}: {error.strerror}")
