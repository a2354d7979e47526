"""Reading QR codes as a scanner does: from pixels."""

from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image


def codes_in_pdf(data: bytes, dots_per_inch: int = 150) -> list[list[str]]:
    """The texts of the QR codes on each page, read from the rasterised page."""
    with pypdfium2.PdfDocument(data) as document:
        return [codes_in(document[n].render(scale=dots_per_inch / 72).to_pil()) for n in range(len(document))]


def codes_in_png(data: bytes) -> list[str]:
    """The texts of the QR codes of a PNG picture."""
    return codes_in(Image.open(BytesIO(data)))


def codes_in(picture: Image.Image) -> list[str]:
    """The texts of the QR codes of a picture."""
    return [code.text for code in zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormat.QRCode)]


def text_of_pdf(data: bytes) -> list[str]:
    """The text of each page."""
    with pypdfium2.PdfDocument(data) as document:
        return [document[n].get_textpage().get_text_bounded() for n in range(len(document))]
