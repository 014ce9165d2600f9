"""What may stand in the place of `{id:int}` in an address. Imported for its effect, before any route is made."""

from starlette.convertors import Convertor, register_url_convertor


class IdConvertor(Convertor[int]):
    """`{id:int}`: 1 to 2147483647 without leading zeros. Everything else is no address of ours, and never reaches a database."""

    regex = (
        r"[1-9][0-9]{0,8}|1[0-9]{9}|20[0-9]{8}|21[0-3][0-9]{7}|214[0-6][0-9]{6}|2147[0-3][0-9]{5}|21474[0-7][0-9]{4}"
        r"|214748[0-2][0-9]{3}|2147483[0-5][0-9]{2}|21474836[0-3][0-9]|214748364[0-7]"
    )

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("int", IdConvertor())
