# SPDX-License-Identifier: Apache-2.0
"""Names of columns that look like a row of data are not printed."""

import pytest

from probatum.cli.app import run as command
from probatum.systems.headers import NOT_SHOWN, look_like_data

ADULT_ROW = "39,State-gov,77516,Bachelors,13,Never-married,Adm-clerical,Not-in-family,White,Male,2174,0,40,US,<=50K"
ADULT = "age,workclass,fnlwgt,education,education-num,marital-status,occupation,relationship,race,sex,capital-gain"
COMPAS = "id,sex,age,age_cat,race,juv_fel_count,decile_score,decile_score.1,priors_count,priors_count.1,two_year_recid"
GERMAN = "checking-account,duration,credit-history,purpose,credit-amount,savings-account,employment-since,class-label"
BANK = "age,job,marital,education,default,balance,housing,loan,contact,day,month,duration,campaign,pdays,previous,y"


@pytest.mark.parametrize(
    "row",
    [
        ADULT_ROW,
        "0,1.5,2,3.7,yes",
        "Jane Doe,1970-01-01,jane@example.org,no",
        "x,+49 30 1234567,12/05/1980,1",
        "5.1,3.5,1.4,0.2,setosa",
        "1,0,3,male,22,1,0,A/5 21171,7.25,,S",
    ],
)
def test_row_of_a_person_is_recognised(row):
    assert look_like_data(row.split(","))


@pytest.mark.parametrize(
    "names",
    [
        *(one.split(",") for one in (ADULT, COMPAS, GERMAN, BANK)),
        [str(place) for place in range(784)],
        ["1", "2", "3", "label"],
        ["2019", "2020", "2021", "2022", "country"],
        ["pixel0", "pixel1", "28x28", "y"],
        ["country", "2020"],
        ["0", "1"],
        ["V1", "V2", "3rd", "x-ray", "e-mail", "10%_quantile"],
        [],
    ],
    ids=lambda names: "-".join(names[:2]),
)
def test_real_header_is_no_row_of_data(names):
    assert not look_like_data(names)


def test_first_person_of_a_file_without_names_is_not_printed(tmp_path, capsys):
    row = ADULT_ROW.replace("77516", "987654").replace("Never-married", "MARKERmarried")
    (tmp_path / "test.csv").write_text(f"{row}\n{ADULT_ROW}\n{ADULT_ROW}\n")
    (tmp_path / "recipe.py").write_text("def answer(rows):\n    return [0] * len(rows)\n")
    text = (
        '[system]\nname = "s"\n[model]\npython = "recipe:answer"\n[data]\ntest = "test.csv"\ntarget = "MARKERmaried"\n'
    )
    (tmp_path / "probatum.toml").write_text(text)
    assert command(["assess", str(tmp_path / "probatum.toml"), "-o", str(tmp_path / "run")]) == 2
    said = "".join(capsys.readouterr())
    assert "987654" not in said
    assert "MARKERmarried" not in said
    assert " ".join(NOT_SHOWN.split()[:6]) in " ".join(said.split())
