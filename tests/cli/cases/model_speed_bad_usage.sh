# exit 2
for wrong in --no-such-flag --rounds=0 --rounds=101 --results= --up-to=99 --up-to=10000001 --seed=-1 --seed trailing; do
    model_speed "$wrong"
    echo "$wrong: $?"
done
model_speed --up-to 1K
