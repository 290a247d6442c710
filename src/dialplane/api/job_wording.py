"""What people read about files, their rows and jobs, in English and Korean."""

from typing import Final

REASONS: Final[dict[str, tuple[str, str]]] = {
    "sheet_empty": ("The file has no rows.", "파일에 행이 없습니다."),
    "sheet_utf16": (
        "This is UTF-16; save it as CSV in UTF-8.",
        "UTF-16 파일입니다. UTF-8 CSV로 저장하세요.",
    ),
    "sheet_not_text": (
        "Holds a zero byte; this is not a text file.",
        "0 바이트가 들어 있습니다. 텍스트 파일이 아닙니다.",
    ),
    "sheet_not_utf8": (
        "Is neither UTF-8 nor CP949; save it as CSV in UTF-8.",
        "UTF-8도 CP949도 아닙니다. UTF-8 CSV로 저장하세요.",
    ),
    "sheet_not_csv": (
        "Is not CSV; look for a stray quotation mark.",
        "CSV 형식이 아닙니다. 짝이 맞지 않는 따옴표를 확인하세요.",
    ),
    "sheet_separator": (
        "Columns are separated by a {separator}; save it separated by commas.",
        "열이 쉼표가 아닌 문자({separator})로 구분되어 있습니다. 쉼표로 저장하세요.",
    ),
    "sheet_unknown_columns": (
        "Does not know the columns {columns}; it knows {allowed}.",
        "알 수 없는 열: {columns}. 사용할 수 있는 열: {allowed}.",
    ),
    "sheet_column_twice": (
        "Names a column twice: {columns}.",
        "같은 열이 두 번 있습니다: {columns}.",
    ),
    "sheet_no_key_column": (
        "Has to name one of the columns {columns}.",
        "다음 열 중 하나가 있어야 합니다: {columns}.",
    ),
    "sheet_cell_count": (
        "Has {cells} cells; the first line names {columns} columns.",
        "칸이 {cells}개입니다. 첫 줄의 열은 {columns}개입니다.",
    ),
    "sheet_too_many_rows": (
        "A file may have at most {limit} rows; split it.",
        "행은 {limit}개까지만 가능합니다. 파일을 나누세요.",
    ),
    "digits_lost": (
        "A spreadsheet rounded this and its digits are lost; format the column as text first.",
        "스프레드시트가 번호를 반올림하여 자릿수가 사라졌습니다. 먼저 열을 텍스트로 바꾸세요.",
    ),
    "zero_lost": (
        "A spreadsheet probably took the 0 in front away ({meant}); format the column as text.",
        "스프레드시트가 맨 앞의 0을 지운 것 같습니다({meant}). 열을 텍스트 형식으로 바꾸세요.",
    ),
    "version_without_agent": (
        "There is no agent that this version could be of.",
        "이 버전에 해당하는 에이전트가 없습니다.",
    ),
    "version_not_cleared": (
        "Cannot be cleared alone; clear the agent instead.",
        "버전만 지울 수 없습니다. 에이전트를 지우세요.",
    ),
    "another_number": (
        "The number with this id is {number}.",
        "이 id의 번호는 {number}입니다.",
    ),
    "needed_to_register": (
        "Is needed to register a number that is not held.",
        "보유하지 않은 번호를 등록하려면 필요합니다.",
    ),
    "password_not_kept": (
        "The password this stands for is no longer kept.",
        "이 값이 가리키는 비밀번호는 더 이상 보관되어 있지 않습니다.",
    ),
    "row_repeated": (
        "Line {line} of the file is about the same number.",
        "파일의 {line}번째 줄과 같은 번호입니다.",
    ),
}

MESSAGES_IN_KOREAN: Final[dict[str, str]] = {
    "TOO_MANY_JOBS": "끝나지 않은 작업이 너무 많습니다. 적용하거나 취소한 뒤 다시 시도하세요.",
    "JOB_NOT_READY": "지금 상태에서는 적용할 수 없는 작업입니다.",
    "JOB_ENDED": "이미 끝난 작업입니다.",
}
