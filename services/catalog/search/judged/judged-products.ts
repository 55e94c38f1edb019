/** The shop that the judged queries were judged in: SKU | name | brand | description. */
export const judgedProducts = `
FRY-01 | Cast iron frying pan, 24 cm | Hearth | Browns evenly on every stove, oven safe.
FRY-02 | Cast iron frying pan, 28 cm | Ferrum | Browns evenly on every stove, oven safe.
FRY-03 | Stainless steel frying pan, 24 cm | Ferrum | Browns evenly on every stove, oven safe.
FRY-04 | Stainless steel frying pan, 28 cm | Hearth | Browns evenly on every stove, oven safe.
FRY-05 | Carbon steel frying pan, 24 cm | Hearth | Browns evenly on every stove, oven safe.
FRY-06 | Carbon steel frying pan, 28 cm | Ferrum | Browns evenly on every stove, oven safe.
FRY-07 | Copper frying pan, 24 cm | Ferrum | Browns evenly on every stove, oven safe.
FRY-08 | Copper frying pan, 28 cm | Hearth | Browns evenly on every stove, oven safe.
FRY-09 | Non-stick frying pan, 24 cm | Hearth | Browns evenly on every stove, oven safe.
FRY-10 | Non-stick frying pan, 28 cm | Ferrum | Browns evenly on every stove, oven safe.
SAU-01 | Enamel saucepan, 1 l | Hearth | Pours from both sides without a drop.
SAU-02 | Enamel saucepan, 2 l | Kiln | Pours from both sides without a drop.
SAU-03 | Enamel saucepan, 3 l | Hearth | Pours from both sides without a drop.
SAU-04 | Stainless steel saucepan, 1 l | Kiln | Pours from both sides without a drop.
SAU-05 | Stainless steel saucepan, 2 l | Hearth | Pours from both sides without a drop.
SAU-06 | Stainless steel saucepan, 3 l | Kiln | Pours from both sides without a drop.
SAU-07 | Copper saucepan, 1 l | Hearth | Pours from both sides without a drop.
SAU-08 | Copper saucepan, 2 l | Kiln | Pours from both sides without a drop.
SAU-09 | Copper saucepan, 3 l | Hearth | Pours from both sides without a drop.
KET-01 | Electric kettle, 0.8 l | Morning | Boils fast and switches itself off in time.
KET-02 | Electric kettle, 1.7 l | Ferrum | Boils fast and switches itself off in time.
KET-03 | Stovetop kettle, 0.8 l | Ferrum | Boils fast and switches itself off in time.
KET-04 | Stovetop kettle, 1.7 l | Morning | Boils fast and switches itself off in time.
KET-05 | Gooseneck kettle, 0.8 l | Morning | Boils fast and switches itself off in time.
KET-06 | Gooseneck kettle, 1.7 l | Ferrum | Boils fast and switches itself off in time.
KET-07 | Travel kettle, 0.8 l | Ferrum | Boils fast and switches itself off in time.
KET-08 | Travel kettle, 1.7 l | Morning | Boils fast and switches itself off in time.
CHE-01 | Forged chef knife, 16 cm | Hearth | Keeps its blade for years of onions and herbs.
CHE-02 | Forged chef knife, 20 cm | Edge | Keeps its blade for years of onions and herbs.
CHE-03 | Damascus chef knife, 16 cm | Edge | Keeps its blade for years of onions and herbs.
CHE-04 | Damascus chef knife, 20 cm | Hearth | Keeps its blade for years of onions and herbs.
CHE-05 | Ceramic chef knife, 16 cm | Hearth | Keeps its blade for years of onions and herbs.
CHE-06 | Ceramic chef knife, 20 cm | Edge | Keeps its blade for years of onions and herbs.
BRE-01 | Serrated bread knife, 22 cm | Edge | Saws through the hardest crust.
BRE-02 | Serrated bread knife, 26 cm | Hearth | Saws through the hardest crust.
BRE-03 | Wide bread knife, 22 cm | Hearth | Saws through the hardest crust.
BRE-04 | Wide bread knife, 26 cm | Edge | Saws through the hardest crust.
PAR-01 | Curved paring knife, 8 cm | Edge | For peeling and all small work.
PAR-02 | Curved paring knife, 9 cm | Hearth | For peeling and all small work.
PAR-03 | Straight paring knife, 8 cm | Hearth | For peeling and all small work.
PAR-04 | Straight paring knife, 9 cm | Edge | For peeling and all small work.
CUT-01 | Oak cutting board, small | Grain & Co | Kind to blades, with a groove for juice.
CUT-02 | Oak cutting board, large | Plot | Kind to blades, with a groove for juice.
CUT-03 | Walnut cutting board, small | Plot | Kind to blades, with a groove for juice.
CUT-04 | Walnut cutting board, large | Grain & Co | Kind to blades, with a groove for juice.
CUT-05 | Bamboo cutting board, small | Grain & Co | Kind to blades, with a groove for juice.
CUT-06 | Bamboo cutting board, large | Plot | Kind to blades, with a groove for juice.
CUT-07 | Maple cutting board, small | Plot | Kind to blades, with a groove for juice.
CUT-08 | Maple cutting board, large | Grain & Co | Kind to blades, with a groove for juice.
COF-01 | Hand coffee grinder, 30 g | Morning | Thirty steps from espresso to press.
COF-02 | Hand coffee grinder, 60 g | Burr | Thirty steps from espresso to press.
COF-03 | Electric coffee grinder, 30 g | Burr | Thirty steps from espresso to press.
COF-04 | Electric coffee grinder, 60 g | Morning | Thirty steps from espresso to press.
COF-05 | Conical burr coffee grinder, 30 g | Morning | Thirty steps from espresso to press.
COF-06 | Conical burr coffee grinder, 60 g | Burr | Thirty steps from espresso to press.
COG-01 | Pour-over coffee maker, 4 cups | Morning | Brews what the beans have to give.
COG-02 | Pour-over coffee maker, 8 cups | Burr | Brews what the beans have to give.
COG-03 | French press coffee maker, 4 cups | Burr | Brews what the beans have to give.
COG-04 | French press coffee maker, 8 cups | Morning | Brews what the beans have to give.
COG-05 | Moka coffee maker, 4 cups | Morning | Brews what the beans have to give.
COG-06 | Moka coffee maker, 8 cups | Burr | Brews what the beans have to give.
COG-07 | Drip coffee maker, 4 cups | Burr | Brews what the beans have to give.
COG-08 | Drip coffee maker, 8 cups | Morning | Brews what the beans have to give.
ESP-01 | Porcelain espresso cups, set of two | Kiln | Small, thick and warm to the last sip.
ESP-02 | Porcelain espresso cups, set of six | Morning | Small, thick and warm to the last sip.
ESP-03 | Double-walled glass espresso cups, set of two | Morning | Small, thick and warm to the last sip.
ESP-04 | Double-walled glass espresso cups, set of six | Kiln | Small, thick and warm to the last sip.
ESP-05 | Stoneware espresso cups, set of two | Kiln | Small, thick and warm to the last sip.
ESP-06 | Stoneware espresso cups, set of six | Morning | Small, thick and warm to the last sip.
TEA-01 | Porcelain teapot, 0.6 l | Kiln | With a strainer for loose leaves.
TEA-02 | Porcelain teapot, 1.2 l | Leaf | With a strainer for loose leaves.
TEA-03 | Cast iron teapot, 0.6 l | Leaf | With a strainer for loose leaves.
TEA-04 | Cast iron teapot, 1.2 l | Kiln | With a strainer for loose leaves.
TEA-05 | Glass teapot, 0.6 l | Kiln | With a strainer for loose leaves.
TEA-06 | Glass teapot, 1.2 l | Leaf | With a strainer for loose leaves.
TEA-07 | Clay teapot, 0.6 l | Leaf | With a strainer for loose leaves.
TEA-08 | Clay teapot, 1.2 l | Kiln | With a strainer for loose leaves.
MUG-01 | Stoneware mug, 250 ml | Kiln | Sits well in the hand.
MUG-02 | Stoneware mug, 400 ml | Ridge | Sits well in the hand.
MUG-03 | Enamel mug, 250 ml | Ridge | Sits well in the hand.
MUG-04 | Enamel mug, 400 ml | Kiln | Sits well in the hand.
MUG-05 | Porcelain mug, 250 ml | Kiln | Sits well in the hand.
MUG-06 | Porcelain mug, 400 ml | Ridge | Sits well in the hand.
KIT-01 | Digital kitchen scale, 3 kg | Morning | Weighs to the gram.
KIT-02 | Digital kitchen scale, 5 kg | Measure | Weighs to the gram.
KIT-03 | Mechanical kitchen scale, 3 kg | Measure | Weighs to the gram.
KIT-04 | Mechanical kitchen scale, 5 kg | Morning | Weighs to the gram.
BAK-01 | Aluminium baking tray, 30 cm | Hearth | Stays flat in the heat.
BAK-02 | Aluminium baking tray, 40 cm | Ferrum | Stays flat in the heat.
BAK-03 | Blue steel baking tray, 30 cm | Ferrum | Stays flat in the heat.
BAK-04 | Blue steel baking tray, 40 cm | Hearth | Stays flat in the heat.
MIX-01 | Stainless steel mixing bowl, 2 l | Kiln | With a rim that pours and a foot that holds.
MIX-02 | Stainless steel mixing bowl, 4 l | Hearth | With a rim that pours and a foot that holds.
MIX-03 | Glass mixing bowl, 2 l | Hearth | With a rim that pours and a foot that holds.
MIX-04 | Glass mixing bowl, 4 l | Kiln | With a rim that pours and a foot that holds.
MIX-05 | Melamine mixing bowl, 2 l | Kiln | With a rim that pours and a foot that holds.
MIX-06 | Melamine mixing bowl, 4 l | Hearth | With a rim that pours and a foot that holds.
WIN-01 | Red wine glasses, set of two | Clear | Thin at the rim and steady on the table.
WIN-02 | Red wine glasses, set of six | Kiln | Thin at the rim and steady on the table.
WIN-03 | White wine glasses, set of two | Kiln | Thin at the rim and steady on the table.
WIN-04 | White wine glasses, set of six | Clear | Thin at the rim and steady on the table.
WIN-05 | Crystal wine glasses, set of two | Clear | Thin at the rim and steady on the table.
WIN-06 | Crystal wine glasses, set of six | Kiln | Thin at the rim and steady on the table.
LUN-01 | Steel lunch box, 0.8 l | Ridge | Tight enough for soup on a train.
LUN-02 | Steel lunch box, 1.4 l | Carry | Tight enough for soup on a train.
LUN-03 | Bento lunch box, 0.8 l | Carry | Tight enough for soup on a train.
LUN-04 | Bento lunch box, 1.4 l | Ridge | Tight enough for soup on a train.
LUN-05 | Bamboo fibre lunch box, 0.8 l | Ridge | Tight enough for soup on a train.
LUN-06 | Bamboo fibre lunch box, 1.4 l | Carry | Tight enough for soup on a train.
WAT-01 | Insulated water bottle, 0.5 l | Ridge | Does not leak and does not taste.
WAT-02 | Insulated water bottle, 1 l | Carry | Does not leak and does not taste.
WAT-03 | Steel water bottle, 0.5 l | Carry | Does not leak and does not taste.
WAT-04 | Steel water bottle, 1 l | Ridge | Does not leak and does not taste.
WAT-05 | Glass water bottle, 0.5 l | Ridge | Does not leak and does not taste.
WAT-06 | Glass water bottle, 1 l | Carry | Does not leak and does not taste.
WAT-07 | Folding water bottle, 0.5 l | Carry | Does not leak and does not taste.
WAT-08 | Folding water bottle, 1 l | Ridge | Does not leak and does not taste.
KEY-01 | Mechanical keyboard, ISO layout | Tactile | Quiet switches that are worth their touch.
KEY-02 | Mechanical keyboard, ANSI layout | Keyworks | Quiet switches that are worth their touch.
KEY-03 | Wireless keyboard, ISO layout | Keyworks | Quiet switches that are worth their touch.
KEY-04 | Wireless keyboard, ANSI layout | Tactile | Quiet switches that are worth their touch.
KEY-05 | Ergonomic keyboard, ISO layout | Tactile | Quiet switches that are worth their touch.
KEY-06 | Ergonomic keyboard, ANSI layout | Keyworks | Quiet switches that are worth their touch.
KEY-07 | Compact keyboard, ISO layout | Keyworks | Quiet switches that are worth their touch.
KEY-08 | Compact keyboard, ANSI layout | Tactile | Quiet switches that are worth their touch.
MOU-01 | Vertical mouse, small hands | Tactile | Keeps the wrist straight through a long day.
MOU-02 | Vertical mouse, large hands | Keyworks | Keeps the wrist straight through a long day.
MOU-03 | Wireless mouse, small hands | Keyworks | Keeps the wrist straight through a long day.
MOU-04 | Wireless mouse, large hands | Tactile | Keeps the wrist straight through a long day.
MOU-05 | Silent mouse, small hands | Tactile | Keeps the wrist straight through a long day.
MOU-06 | Silent mouse, large hands | Keyworks | Keeps the wrist straight through a long day.
DES-01 | LED desk lamp, short arm | Lumen | Dims without flicker down to candle warm.
DES-02 | LED desk lamp, long arm | Arc | Dims without flicker down to candle warm.
DES-03 | Brass desk lamp, short arm | Arc | Dims without flicker down to candle warm.
DES-04 | Brass desk lamp, long arm | Lumen | Dims without flicker down to candle warm.
DES-05 | Clamp desk lamp, short arm | Lumen | Dims without flicker down to candle warm.
DES-06 | Clamp desk lamp, long arm | Arc | Dims without flicker down to candle warm.
FLO-01 | Paper floor lamp, 140 cm | Lumen | A soft light for a corner.
FLO-02 | Paper floor lamp, 170 cm | Arc | A soft light for a corner.
FLO-03 | Brass floor lamp, 140 cm | Arc | A soft light for a corner.
FLO-04 | Brass floor lamp, 170 cm | Lumen | A soft light for a corner.
FLO-05 | Tripod floor lamp, 140 cm | Lumen | A soft light for a corner.
FLO-06 | Tripod floor lamp, 170 cm | Arc | A soft light for a corner.
NOT-01 | Dotted notebook, A5 | Foolscap | Lies flat, and the sheets take ink.
NOT-02 | Dotted notebook, A4 | Folio | Lies flat, and the sheets take ink.
NOT-03 | Ruled notebook, A5 | Folio | Lies flat, and the sheets take ink.
NOT-04 | Ruled notebook, A4 | Foolscap | Lies flat, and the sheets take ink.
NOT-05 | Plain notebook, A5 | Foolscap | Lies flat, and the sheets take ink.
NOT-06 | Plain notebook, A4 | Folio | Lies flat, and the sheets take ink.
FOU-01 | Fine fountain pen, black | Foolscap | Writes at once after a week unused.
FOU-02 | Fine fountain pen, green | Nib | Writes at once after a week unused.
FOU-03 | Medium fountain pen, black | Nib | Writes at once after a week unused.
FOU-04 | Medium fountain pen, green | Foolscap | Writes at once after a week unused.
FOU-05 | Broad fountain pen, black | Foolscap | Writes at once after a week unused.
FOU-06 | Broad fountain pen, green | Nib | Writes at once after a week unused.
INK-01 | Black ink, 30 ml | Nib | Dries slowly in the feed and quickly on the sheet.
INK-02 | Black ink, 50 ml | Foolscap | Dries slowly in the feed and quickly on the sheet.
INK-03 | Blue ink, 30 ml | Foolscap | Dries slowly in the feed and quickly on the sheet.
INK-04 | Blue ink, 50 ml | Nib | Dries slowly in the feed and quickly on the sheet.
INK-05 | Violet ink, 30 ml | Nib | Dries slowly in the feed and quickly on the sheet.
INK-06 | Violet ink, 50 ml | Foolscap | Dries slowly in the feed and quickly on the sheet.
LAP-01 | Aluminium laptop stand, 13 inch | Tactile | Lifts the screen to the height of the eyes.
LAP-02 | Aluminium laptop stand, 16 inch | Grain & Co | Lifts the screen to the height of the eyes.
LAP-03 | Folding laptop stand, 13 inch | Grain & Co | Lifts the screen to the height of the eyes.
LAP-04 | Folding laptop stand, 16 inch | Tactile | Lifts the screen to the height of the eyes.
LAP-05 | Wooden laptop stand, 13 inch | Tactile | Lifts the screen to the height of the eyes.
LAP-06 | Wooden laptop stand, 16 inch | Grain & Co | Lifts the screen to the height of the eyes.
OFF-01 | Mesh office chair, with arms | Sitwell | Adjusts in height, depth and tilt.
OFF-02 | Mesh office chair, without arms | Tactile | Adjusts in height, depth and tilt.
OFF-03 | Leather office chair, with arms | Tactile | Adjusts in height, depth and tilt.
OFF-04 | Leather office chair, without arms | Sitwell | Adjusts in height, depth and tilt.
OFF-05 | Kneeling office chair, with arms | Sitwell | Adjusts in height, depth and tilt.
OFF-06 | Kneeling office chair, without arms | Tactile | Adjusts in height, depth and tilt.
HEA-01 | Closed headphones, 32 ohm | Undertone | For mixing and for trains.
HEA-02 | Closed headphones, 80 ohm | Decibel | For mixing and for trains.
HEA-03 | Open headphones, 32 ohm | Decibel | For mixing and for trains.
HEA-04 | Open headphones, 80 ohm | Undertone | For mixing and for trains.
HEA-05 | Wireless headphones, 32 ohm | Undertone | For mixing and for trains.
HEA-06 | Wireless headphones, 80 ohm | Decibel | For mixing and for trains.
HEA-07 | Noise cancelling headphones, 32 ohm | Decibel | For mixing and for trains.
HEA-08 | Noise cancelling headphones, 80 ohm | Undertone | For mixing and for trains.
EAR-01 | Wireless earphones, black | Undertone | Eight hours of play, more in the case.
EAR-02 | Wireless earphones, white | Decibel | Eight hours of play, more in the case.
EAR-03 | In-ear earphones, black | Decibel | Eight hours of play, more in the case.
EAR-04 | In-ear earphones, white | Undertone | Eight hours of play, more in the case.
EAR-05 | Sport earphones, black | Undertone | Eight hours of play, more in the case.
EAR-06 | Sport earphones, white | Decibel | Eight hours of play, more in the case.
SPE-01 | Bookshelf speakers, pair | Undertone | Two-way, honest in the middle.
SPE-02 | Bookshelf speakers, single | Decibel | Two-way, honest in the middle.
SPE-03 | Active speakers, pair | Decibel | Two-way, honest in the middle.
SPE-04 | Active speakers, single | Undertone | Two-way, honest in the middle.
SPE-05 | Outdoor speakers, pair | Undertone | Two-way, honest in the middle.
SPE-06 | Outdoor speakers, single | Decibel | Two-way, honest in the middle.
TUR-01 | Belt drive turntable, with preamp | Groove | Takes any needle and stays in tune.
TUR-02 | Belt drive turntable, bare | Undertone | Takes any needle and stays in tune.
TUR-03 | Direct drive turntable, with preamp | Undertone | Takes any needle and stays in tune.
TUR-04 | Direct drive turntable, bare | Groove | Takes any needle and stays in tune.
TUR-05 | Automatic turntable, with preamp | Groove | Takes any needle and stays in tune.
TUR-06 | Automatic turntable, bare | Undertone | Takes any needle and stays in tune.
MIC-01 | USB microphone, table foot | Undertone | Hears the voice and not the room.
MIC-02 | USB microphone, arm | Decibel | Hears the voice and not the room.
MIC-03 | Condenser microphone, table foot | Decibel | Hears the voice and not the room.
MIC-04 | Condenser microphone, arm | Undertone | Hears the voice and not the room.
MIC-05 | Dynamic microphone, table foot | Undertone | Hears the voice and not the room.
MIC-06 | Dynamic microphone, arm | Decibel | Hears the voice and not the room.
RAD-01 | Kitchen radio, mains | Groove | Stations by one knob.
RAD-02 | Kitchen radio, battery | Decibel | Stations by one knob.
RAD-03 | Digital radio, mains | Decibel | Stations by one knob.
RAD-04 | Digital radio, battery | Groove | Stations by one knob.
RAD-05 | Portable radio, mains | Groove | Stations by one knob.
RAD-06 | Portable radio, battery | Decibel | Stations by one knob.
TEN-01 | Dome tent, two-person | Ridge | Stands in five minutes, dry through a storm.
TEN-02 | Dome tent, four-person | Summit | Stands in five minutes, dry through a storm.
TEN-03 | Tunnel tent, two-person | Summit | Stands in five minutes, dry through a storm.
TEN-04 | Tunnel tent, four-person | Ridge | Stands in five minutes, dry through a storm.
TEN-05 | Ultralight tent, two-person | Ridge | Stands in five minutes, dry through a storm.
TEN-06 | Ultralight tent, four-person | Summit | Stands in five minutes, dry through a storm.
SLE-01 | Down sleeping bag, regular | Ridge | Packs small and opens wide.
SLE-02 | Down sleeping bag, long | Summit | Packs small and opens wide.
SLE-03 | Synthetic sleeping bag, regular | Summit | Packs small and opens wide.
SLE-04 | Synthetic sleeping bag, long | Ridge | Packs small and opens wide.
SLE-05 | Summer sleeping bag, regular | Ridge | Packs small and opens wide.
SLE-06 | Summer sleeping bag, long | Summit | Packs small and opens wide.
TRE-01 | Carbon trekking poles, 110 cm | Ridge | Lock with one lever each.
TRE-02 | Carbon trekking poles, 130 cm | Summit | Lock with one lever each.
TRE-03 | Aluminium trekking poles, 110 cm | Summit | Lock with one lever each.
TRE-04 | Aluminium trekking poles, 130 cm | Ridge | Lock with one lever each.
TRE-05 | Folding trekking poles, 110 cm | Ridge | Lock with one lever each.
TRE-06 | Folding trekking poles, 130 cm | Summit | Lock with one lever each.
HEB-01 | Rechargeable headlamp, 200 lumens | Lumen | Lights the path and the map.
HEB-02 | Rechargeable headlamp, 400 lumens | Summit | Lights the path and the map.
HEB-03 | Running headlamp, 200 lumens | Summit | Lights the path and the map.
HEB-04 | Running headlamp, 400 lumens | Lumen | Lights the path and the map.
HEB-05 | Red light headlamp, 200 lumens | Lumen | Lights the path and the map.
HEB-06 | Red light headlamp, 400 lumens | Summit | Lights the path and the map.
CAM-01 | Gas camping stove, one burner | Ridge | Cooks in the wind too.
CAM-02 | Gas camping stove, two burners | Flame | Cooks in the wind too.
CAM-03 | Spirit camping stove, one burner | Flame | Cooks in the wind too.
CAM-04 | Spirit camping stove, two burners | Ridge | Cooks in the wind too.
CAM-05 | Wood camping stove, one burner | Ridge | Cooks in the wind too.
CAM-06 | Wood camping stove, two burners | Flame | Cooks in the wind too.
BAC-01 | Hiking backpack, 20 l | Summit | Sits on the hips and leaves the back free.
BAC-02 | Hiking backpack, 40 l | Carry | Sits on the hips and leaves the back free.
BAC-03 | City backpack, 20 l | Carry | Sits on the hips and leaves the back free.
BAC-04 | City backpack, 40 l | Summit | Sits on the hips and leaves the back free.
BAC-05 | Rolltop backpack, 20 l | Summit | Sits on the hips and leaves the back free.
BAC-06 | Rolltop backpack, 40 l | Carry | Sits on the hips and leaves the back free.
HIK-01 | Leather hiking boots, men | Summit | Hold the ankle on loose stones.
HIK-02 | Leather hiking boots, women | Sole | Hold the ankle on loose stones.
HIK-03 | Waterproof hiking boots, men | Sole | Hold the ankle on loose stones.
HIK-04 | Waterproof hiking boots, women | Summit | Hold the ankle on loose stones.
HIK-05 | Light hiking boots, men | Summit | Hold the ankle on loose stones.
HIK-06 | Light hiking boots, women | Sole | Hold the ankle on loose stones.
RAI-01 | Packable rain jacket, men | Summit | Keeps water out and lets sweat go.
RAI-02 | Packable rain jacket, women | Drizzle | Keeps water out and lets sweat go.
RAI-03 | Hooded rain jacket, men | Drizzle | Keeps water out and lets sweat go.
RAI-04 | Hooded rain jacket, women | Summit | Keeps water out and lets sweat go.
RAI-05 | Insulated rain jacket, men | Summit | Keeps water out and lets sweat go.
RAI-06 | Insulated rain jacket, women | Drizzle | Keeps water out and lets sweat go.
BED-01 | Linen bed linen, single | Loom | Washed soft before you get it.
BED-02 | Linen bed linen, double | Nest | Washed soft before you get it.
BED-03 | Cotton bed linen, single | Nest | Washed soft before you get it.
BED-04 | Cotton bed linen, double | Loom | Washed soft before you get it.
BED-05 | Flannel bed linen, single | Loom | Washed soft before you get it.
BED-06 | Flannel bed linen, double | Nest | Washed soft before you get it.
BLA-01 | Wool blanket, 130 cm | Loom | Woven in one valley.
BLA-02 | Wool blanket, 180 cm | Nest | Woven in one valley.
BLA-03 | Cotton blanket, 130 cm | Nest | Woven in one valley.
BLA-04 | Cotton blanket, 180 cm | Loom | Woven in one valley.
BLA-05 | Cashmere blanket, 130 cm | Loom | Woven in one valley.
BLA-06 | Cashmere blanket, 180 cm | Nest | Woven in one valley.
PIL-01 | Down pillow, 40 cm | Nest | Gives way where it should.
PIL-02 | Down pillow, 80 cm | Loom | Gives way where it should.
PIL-03 | Buckwheat pillow, 40 cm | Loom | Gives way where it should.
PIL-04 | Buckwheat pillow, 80 cm | Nest | Gives way where it should.
PIL-05 | Memory foam pillow, 40 cm | Nest | Gives way where it should.
PIL-06 | Memory foam pillow, 80 cm | Loom | Gives way where it should.
CAN-01 | Beeswax candles, four | Loom | Burn clean for eight hours.
CAN-02 | Beeswax candles, twelve | Wick | Burn clean for eight hours.
CAN-03 | Soy candles, four | Wick | Burn clean for eight hours.
CAN-04 | Soy candles, twelve | Loom | Burn clean for eight hours.
CAN-05 | Rapeseed candles, four | Loom | Burn clean for eight hours.
CAN-06 | Rapeseed candles, twelve | Wick | Burn clean for eight hours.
WAL-01 | Ash wall clock, 25 cm | Grain & Co | A hand that does not tick.
WAL-02 | Ash wall clock, 35 cm | Hour | A hand that does not tick.
WAL-03 | Steel wall clock, 25 cm | Hour | A hand that does not tick.
WAL-04 | Steel wall clock, 35 cm | Grain & Co | A hand that does not tick.
WAL-05 | Bakelite wall clock, 25 cm | Grain & Co | A hand that does not tick.
WAL-06 | Bakelite wall clock, 35 cm | Hour | A hand that does not tick.
VAS-01 | Ceramic vase, 18 cm | Kiln | No two are alike.
VAS-02 | Ceramic vase, 30 cm | Clear | No two are alike.
VAS-03 | Glass vase, 18 cm | Clear | No two are alike.
VAS-04 | Glass vase, 30 cm | Kiln | No two are alike.
VAS-05 | Brass vase, 18 cm | Kiln | No two are alike.
VAS-06 | Brass vase, 30 cm | Clear | No two are alike.
TOW-01 | Linen towel, hand size | Loom | Drinks water and dries overnight.
TOW-02 | Linen towel, bath size | Nest | Drinks water and dries overnight.
TOW-03 | Cotton towel, hand size | Nest | Drinks water and dries overnight.
TOW-04 | Cotton towel, bath size | Loom | Drinks water and dries overnight.
TOW-05 | Hammam towel, hand size | Loom | Drinks water and dries overnight.
TOW-06 | Hammam towel, bath size | Nest | Drinks water and dries overnight.
RUG-01 | Wool rug, 90 cm | Loom | Warm under bare feet.
RUG-02 | Wool rug, 160 cm | Nest | Warm under bare feet.
RUG-03 | Jute rug, 90 cm | Nest | Warm under bare feet.
RUG-04 | Jute rug, 160 cm | Loom | Warm under bare feet.
RUG-05 | Cotton rug, 90 cm | Loom | Warm under bare feet.
RUG-06 | Cotton rug, 160 cm | Nest | Warm under bare feet.
MIR-01 | Round mirror, 40 cm | Clear | Hangs from one hook.
MIR-02 | Round mirror, 60 cm | Grain & Co | Hangs from one hook.
MIR-03 | Oak framed mirror, 40 cm | Grain & Co | Hangs from one hook.
MIR-04 | Oak framed mirror, 60 cm | Clear | Hangs from one hook.
MIR-05 | Full length mirror, 40 cm | Clear | Hangs from one hook.
MIR-06 | Full length mirror, 60 cm | Grain & Co | Hangs from one hook.
PRU-01 | Bypass pruning shears, 18 cm | Plot | Blades that can be sharpened and exchanged.
PRU-02 | Bypass pruning shears, 21 cm | Edge | Blades that can be sharpened and exchanged.
PRU-03 | Anvil pruning shears, 18 cm | Edge | Blades that can be sharpened and exchanged.
PRU-04 | Anvil pruning shears, 21 cm | Plot | Blades that can be sharpened and exchanged.
PRU-05 | Left-handed pruning shears, 18 cm | Plot | Blades that can be sharpened and exchanged.
PRU-06 | Left-handed pruning shears, 21 cm | Edge | Blades that can be sharpened and exchanged.
WAU-01 | Zinc watering can, 1.5 l | Plot | With a fine rose of brass.
WAU-02 | Zinc watering can, 8 l | Kiln | With a fine rose of brass.
WAU-03 | Copper watering can, 1.5 l | Kiln | With a fine rose of brass.
WAU-04 | Copper watering can, 8 l | Plot | With a fine rose of brass.
WAU-05 | Indoor watering can, 1.5 l | Plot | With a fine rose of brass.
WAU-06 | Indoor watering can, 8 l | Kiln | With a fine rose of brass.
GAR-01 | Rubber garden hose, 15 m | Plot | Does not kink at the corner of the house.
GAR-02 | Rubber garden hose, 25 m | Drizzle | Does not kink at the corner of the house.
GAR-03 | Flat garden hose, 15 m | Drizzle | Does not kink at the corner of the house.
GAR-04 | Flat garden hose, 25 m | Plot | Does not kink at the corner of the house.
GAR-05 | Textile garden hose, 15 m | Plot | Does not kink at the corner of the house.
GAR-06 | Textile garden hose, 25 m | Drizzle | Does not kink at the corner of the house.
HAN-01 | Steel hand trowel, standard | Plot | Marks show how deep bulbs go.
HAN-02 | Steel hand trowel, long handle | Edge | Marks show how deep bulbs go.
HAN-03 | Narrow hand trowel, standard | Edge | Marks show how deep bulbs go.
HAN-04 | Narrow hand trowel, long handle | Plot | Marks show how deep bulbs go.
HAN-05 | Wooden hand trowel, standard | Plot | Marks show how deep bulbs go.
HAN-06 | Wooden hand trowel, long handle | Edge | Marks show how deep bulbs go.
BIR-01 | Hanging bird feeder, 0.5 kg | Plot | Keeps the seed dry.
BIR-02 | Hanging bird feeder, 1 kg | Nest | Keeps the seed dry.
BIR-03 | Window bird feeder, 0.5 kg | Nest | Keeps the seed dry.
BIR-04 | Window bird feeder, 1 kg | Plot | Keeps the seed dry.
BIR-05 | Squirrel-proof bird feeder, 0.5 kg | Plot | Keeps the seed dry.
BIR-06 | Squirrel-proof bird feeder, 1 kg | Nest | Keeps the seed dry.
GAS-01 | Leather garden gloves, small | Plot | Let the fingers feel.
GAS-02 | Leather garden gloves, large | Sole | Let the fingers feel.
GAS-03 | Cotton garden gloves, small | Sole | Let the fingers feel.
GAS-04 | Cotton garden gloves, large | Plot | Let the fingers feel.
GAS-05 | Thorn-proof garden gloves, small | Plot | Let the fingers feel.
GAS-06 | Thorn-proof garden gloves, large | Sole | Let the fingers feel.
CHF-01 | Maple chess set, 32 cm | Grain & Co | Weighted pieces on a folding board.
CHF-02 | Maple chess set, 48 cm | Pastime | Weighted pieces on a folding board.
CHF-03 | Travel chess set, 32 cm | Pastime | Weighted pieces on a folding board.
CHF-04 | Travel chess set, 48 cm | Grain & Co | Weighted pieces on a folding board.
CHF-05 | Tournament chess set, 32 cm | Grain & Co | Weighted pieces on a folding board.
CHF-06 | Tournament chess set, 48 cm | Pastime | Weighted pieces on a folding board.
PLA-01 | Linen playing cards, one deck | Foolscap | Shuffle well from the first day.
PLA-02 | Linen playing cards, two decks | Pastime | Shuffle well from the first day.
PLA-03 | Plastic playing cards, one deck | Pastime | Shuffle well from the first day.
PLA-04 | Plastic playing cards, two decks | Foolscap | Shuffle well from the first day.
PLA-05 | Tarot playing cards, one deck | Foolscap | Shuffle well from the first day.
PLA-06 | Tarot playing cards, two decks | Pastime | Shuffle well from the first day.
JIG-01 | Harbour jigsaw puzzle, 500 pieces | Foolscap | Every piece has a shape of its own.
JIG-02 | Harbour jigsaw puzzle, 1000 pieces | Pastime | Every piece has a shape of its own.
JIG-03 | Forest jigsaw puzzle, 500 pieces | Pastime | Every piece has a shape of its own.
JIG-04 | Forest jigsaw puzzle, 1000 pieces | Foolscap | Every piece has a shape of its own.
JIG-05 | Map jigsaw puzzle, 500 pieces | Foolscap | Every piece has a shape of its own.
JIG-06 | Map jigsaw puzzle, 1000 pieces | Pastime | Every piece has a shape of its own.
DIC-01 | Wooden dice, set of five | Kiln | Balanced, and easy to read.
DIC-02 | Wooden dice, set of seven | Pastime | Balanced, and easy to read.
DIC-03 | Metal dice, set of five | Pastime | Balanced, and easy to read.
DIC-04 | Metal dice, set of seven | Kiln | Balanced, and easy to read.
DIC-05 | Glass dice, set of five | Kiln | Balanced, and easy to read.
DIC-06 | Glass dice, set of seven | Pastime | Balanced, and easy to read.
WOO-01 | Hiking wool socks, small | Loom | Do not slip and do not scratch.
WOO-02 | Hiking wool socks, large | Sole | Do not slip and do not scratch.
WOO-03 | Thin wool socks, small | Sole | Do not slip and do not scratch.
WOO-04 | Thin wool socks, large | Loom | Do not slip and do not scratch.
WOO-05 | Thick wool socks, small | Loom | Do not slip and do not scratch.
WOO-06 | Thick wool socks, large | Sole | Do not slip and do not scratch.
UMB-01 | Folding umbrella, black | Drizzle | Turns back after a gust.
UMB-02 | Folding umbrella, red | Carry | Turns back after a gust.
UMB-03 | Long umbrella, black | Carry | Turns back after a gust.
UMB-04 | Long umbrella, red | Drizzle | Turns back after a gust.
UMB-05 | Children umbrella, black | Drizzle | Turns back after a gust.
UMB-06 | Children umbrella, red | Carry | Turns back after a gust.
WAM-01 | Leather wallet, brown | Carry | Room for cards and a few notes.
WAM-02 | Leather wallet, black | Folio | Room for cards and a few notes.
WAM-03 | Slim wallet, brown | Folio | Room for cards and a few notes.
WAM-04 | Slim wallet, black | Carry | Room for cards and a few notes.
WAM-05 | Travel wallet, brown | Carry | Room for cards and a few notes.
WAM-06 | Travel wallet, black | Folio | Room for cards and a few notes.
TOA-01 | Two-slice toaster, steel | Morning | Browns both sides alike.
TOA-02 | Two-slice toaster, cream | Ferrum | Browns both sides alike.
TOA-03 | Long slot toaster, steel | Ferrum | Browns both sides alike.
TOA-04 | Long slot toaster, cream | Morning | Browns both sides alike.
TOA-05 | Retro toaster, steel | Morning | Browns both sides alike.
TOA-06 | Retro toaster, cream | Ferrum | Browns both sides alike.
BLE-01 | Hand blender, 600 W | Morning | Turns ice into snow.
BLE-02 | Hand blender, 1000 W | Measure | Turns ice into snow.
BLE-03 | Jug blender, 600 W | Measure | Turns ice into snow.
BLE-04 | Jug blender, 1000 W | Morning | Turns ice into snow.
BLE-05 | Travel blender, 600 W | Morning | Turns ice into snow.
BLE-06 | Travel blender, 1000 W | Measure | Turns ice into snow.
TOO-01 | Bamboo toothbrush, soft | Leaf | Reaches behind the last tooth.
TOO-02 | Bamboo toothbrush, medium | Nest | Reaches behind the last tooth.
TOO-03 | Electric toothbrush, soft | Nest | Reaches behind the last tooth.
TOO-04 | Electric toothbrush, medium | Leaf | Reaches behind the last tooth.
TOO-05 | Children toothbrush, soft | Leaf | Reaches behind the last tooth.
TOO-06 | Children toothbrush, medium | Nest | Reaches behind the last tooth.
SOA-01 | Olive soap, 100 g | Leaf | Cut by hand and dried for weeks.
SOA-02 | Olive soap, 200 g | Wick | Cut by hand and dried for weeks.
SOA-03 | Lavender soap, 100 g | Wick | Cut by hand and dried for weeks.
SOA-04 | Lavender soap, 200 g | Leaf | Cut by hand and dried for weeks.
SOA-05 | Charcoal soap, 100 g | Leaf | Cut by hand and dried for weeks.
SOA-06 | Charcoal soap, 200 g | Wick | Cut by hand and dried for weeks.
PIC-01 | Oak picture frame, 13 x 18 cm | Clear | With glass that does not shine.
PIC-02 | Oak picture frame, 30 x 40 cm | Grain & Co | With glass that does not shine.
PIC-03 | Black picture frame, 13 x 18 cm | Grain & Co | With glass that does not shine.
PIC-04 | Black picture frame, 30 x 40 cm | Clear | With glass that does not shine.
PIC-05 | Brass picture frame, 13 x 18 cm | Clear | With glass that does not shine.
PIC-06 | Brass picture frame, 30 x 40 cm | Grain & Co | With glass that does not shine.
BOO-01 | Pine bookshelf, three boards | Grain & Co | Carries dictionaries without bending.
BOO-02 | Pine bookshelf, five boards | Folio | Carries dictionaries without bending.
BOO-03 | Steel bookshelf, three boards | Folio | Carries dictionaries without bending.
BOO-04 | Steel bookshelf, five boards | Grain & Co | Carries dictionaries without bending.
BOO-05 | Wall bookshelf, three boards | Grain & Co | Carries dictionaries without bending.
BOO-06 | Wall bookshelf, five boards | Folio | Carries dictionaries without bending.
SCR-01 | Slotted screwdriver, small | Edge | A grip that turns in the palm.
SCR-02 | Slotted screwdriver, large | Ferrum | A grip that turns in the palm.
SCR-03 | Cross screwdriver, small | Ferrum | A grip that turns in the palm.
SCR-04 | Cross screwdriver, large | Edge | A grip that turns in the palm.
SCR-05 | Ratchet screwdriver, small | Edge | A grip that turns in the palm.
SCR-06 | Ratchet screwdriver, large | Ferrum | A grip that turns in the palm.
HAM-01 | Claw hammer, 300 g | Ferrum | Ash handle, balanced head.
HAM-02 | Claw hammer, 500 g | Edge | Ash handle, balanced head.
HAM-03 | Rubber hammer, 300 g | Edge | Ash handle, balanced head.
HAM-04 | Rubber hammer, 500 g | Ferrum | Ash handle, balanced head.
HAM-05 | Upholstery hammer, 300 g | Ferrum | Ash handle, balanced head.
HAM-06 | Upholstery hammer, 500 g | Edge | Ash handle, balanced head.
BIC-01 | Brass bicycle bell, one tone | Arc | Friendly and loud enough.
BIC-02 | Brass bicycle bell, two tones | Carry | Friendly and loud enough.
BIC-03 | Chrome bicycle bell, one tone | Carry | Friendly and loud enough.
BIC-04 | Chrome bicycle bell, two tones | Arc | Friendly and loud enough.
BIC-05 | Wooden bicycle bell, one tone | Arc | Friendly and loud enough.
BIC-06 | Wooden bicycle bell, two tones | Carry | Friendly and loud enough.
BID-01 | Chain bicycle lock, 85 cm | Ferrum | Keeps honest people honest, and others busy.
BID-02 | Chain bicycle lock, 110 cm | Carry | Keeps honest people honest, and others busy.
BID-03 | Folding bicycle lock, 85 cm | Carry | Keeps honest people honest, and others busy.
BID-04 | Folding bicycle lock, 110 cm | Ferrum | Keeps honest people honest, and others busy.
BID-05 | Cable bicycle lock, 85 cm | Ferrum | Keeps honest people honest, and others busy.
BID-06 | Cable bicycle lock, 110 cm | Carry | Keeps honest people honest, and others busy.
PID-01 | Willow picnic basket, for two | Ridge | Plates, cups and a cloth inside.
PID-02 | Willow picnic basket, for four | Carry | Plates, cups and a cloth inside.
PID-03 | Insulated picnic basket, for two | Carry | Plates, cups and a cloth inside.
PID-04 | Insulated picnic basket, for four | Ridge | Plates, cups and a cloth inside.
PID-05 | Folding picnic basket, for two | Ridge | Plates, cups and a cloth inside.
PID-06 | Folding picnic basket, for four | Carry | Plates, cups and a cloth inside.
ONE-01 | Kettle descaler | Leaf | Citric acid that takes the lime out of any kettle.
ONE-02 | Frying pan lid, 28 cm | Hearth | Glass that fits every frying pan of its size.
ONE-03 | Silicone handle for cast iron | Hearth | Slides over the hot handle of a pan.
ONE-04 | Knife sharpener, two stages | Edge | Brings back a chef knife, not for serrated blades.
ONE-05 | Magnetic knife strip, 40 cm | Grain & Co | Holds six knives on the wall.
ONE-06 | Board oil, 250 ml | Grain & Co | Feeds a cutting board of oak or walnut.
ONE-07 | Paper coffee filters, hundred | Burr | For pour-over cones of four cups.
ONE-08 | Coffee beans, dark roast, 500 g | Burr | Chocolate and smoke, for espresso.
ONE-09 | Coffee beans, light roast, 500 g | Burr | Berries and flowers, for filter.
ONE-10 | Green tea, 100 g | Leaf | First harvest, steamed. For a clay teapot.
ONE-11 | Black tea, 100 g | Leaf | Strong enough for milk.
ONE-12 | Mouse pad of cork | Grain & Co | Holds still below any mouse.
ONE-13 | Wrist rest for keyboards | Keyworks | Gel under soft cloth.
ONE-14 | Keycap puller | Keyworks | Takes the caps off a mechanical keyboard.
ONE-15 | Light bulb, warm white | Lumen | Screw base, fits desk lamp and floor lamp.
ONE-16 | Pen case of felt | Folio | Room for a fountain pen, a pencil and ink cartridges.
ONE-17 | Laptop sleeve, 13 inch | Carry | Felt that fits tightly.
ONE-18 | Headphone stand | Decibel | Walnut hook for a pair of headphones.
ONE-19 | Speaker cable, 5 m | Decibel | Copper as thick as speakers deserve.
ONE-20 | Record brush | Groove | Carbon fibre against dust, for any turntable.
ONE-21 | Microphone pop filter | Decibel | Clips to the arm of a microphone.
ONE-22 | Tent pegs, ten | Summit | Light aluminium that bites into hard ground.
ONE-23 | Sleeping mat, inflatable | Ridge | Goes under any sleeping bag.
ONE-24 | Gas cartridge, 230 g | Flame | Screws into a camping stove.
ONE-25 | Boot wax, 80 g | Sole | Keeps leather boots soft and dry.
ONE-26 | Rain cover for backpacks | Drizzle | Bright, and packs into its own pocket.
ONE-27 | Candle snuffer | Wick | Puts candles out without smoke.
ONE-28 | Wool wash, 500 ml | Loom | For blankets, socks and whatever else is of wool.
ONE-29 | Rose food, 1 kg | Plot | Makes roses bloom twice.
ONE-30 | Sunflower seeds for birds, 2 kg | Plot | Black and fat, for any feeder.
ONE-31 | Herb seeds, twelve kinds | Plot | Basil, dill, thyme and nine more.
ONE-32 | Tomato seeds | Plot | Six old kinds for pot and bed.
ONE-33 | Raised bed of larch | Plot | Fits together without a screw.
ONE-34 | Chess clock | Pastime | Two dials and a lever.
ONE-35 | Dice tower | Pastime | Rolls dice fairly and keeps them on the table.
ONE-36 | Puzzle mat | Pastime | Rolls up with the jigsaw on it.
ONE-37 | Strategy game: Canals | Pastime | Two to four players dig, trade and flood each other.
ONE-38 | Strategy game: Orchards | Pastime | Plant, graft and harvest before the frost.
ONE-39 | Card game: Smugglers | Pastime | Bluff at the border with a straight face.
ONE-40 | Bread, slowly | Margin Press | A book on sourdough by what the dough is doing.
ONE-41 | The quiet garden | Margin Press | A book for a year in a small plot, month by month.
ONE-42 | Maps of rivers | Margin Press | Forty rivers from spring to sea, drawn by hand.
ONE-43 | A short history of tools | Margin Press | From the hand axe to the lathe.
ONE-44 | Bird calls of the north | Margin Press | With recordings behind every page.
ONE-45 | Knots for everyone | Margin Press | Twenty knots that cover nearly everything.
ONE-46 | The chess player at home | Margin Press | Forty games explained move by move.
ONE-47 | Coffee atlas | Margin Press | Where beans grow and how they taste.
ONE-48 | Bread basket of willow | Grain & Co | Keeps a loaf for three days.
ONE-49 | Bread tin, 30 cm | Ferrum | A loaf with straight sides.
ONE-50 | Sourdough starter kit | Hearth | Jar, scraper and a dried culture.
`
  .trim()
  .split('\n')
  .map((line) => {
    const [sku = '', name = '', brand = '', description = ''] = line.split(' | ')
    return { sku, name, brand, description }
  })
