"""Puts Chinese words for pictures into English ones, word by word; what it lacks stays. Pure."""

import re
from collections.abc import Iterator

_WORDS = """
猫=cat 小猫=kitten 黑猫=black cat 白猫=white cat 狗=dog 小狗=puppy 狐狸=fox 兔子=rabbit 兔=rabbit
熊猫=panda 熊=bear 老虎=tiger 虎=tiger 狮子=lion 龙=dragon 马=horse 鹿=deer 大象=elephant 狼=wolf
鸟=bird 飞鸟=flying birds 鹤=crane 鹰=eagle 大雁=wild geese 鱼=fish 锦鲤=koi 鲸鱼=whale 鲸=whale
蝴蝶=butterfly 女孩=girl 少女=young woman 男孩=boy 女人=woman 男人=man 老人=old man 孩子=child
人=person 宇航员=astronaut 机器人=robot 公主=princess 武士=samurai 骑士=knight 战士=warrior
仙女=fairy 山=mountain 山脉=mountains 群山=mountains 高山=high mountains 雪山=snowy mountains
山谷=valley 峡谷=canyon 山顶=mountaintop 悬崖=cliff 火山=volcano 海=sea 大海=ocean 海洋=ocean
海边=seaside 海滩=beach 沙滩=beach 海浪=waves 浪=waves 波浪=waves 水面=water 水下=underwater
水=water 湖=lake 湖泊=lake 湖边=lakeside 江=river 河=river 河流=river 瀑布=waterfall 岛=island
森林=forest 树林=woods 竹林=bamboo forest 竹=bamboo 树=tree 大树=large tree 草地=meadow
草原=grassland 花园=garden 花=flowers 花朵=flowers 樱花=cherry blossom 玫瑰=rose 莲花=lotus
荷花=lotus 牡丹=peony 桃花=peach blossom 向日葵=sunflowers 叶子=leaves 蘑菇=mushroom
草莓=strawberry 柠檬=lemon 咖啡=coffee 茶=tea 蛋糕=cake 太阳=sun 阳光=sunlight 日落=sunset
夕阳=sunset 黄昏=dusk 日出=sunrise 晚霞=evening glow 清晨=early morning 早晨=morning 夜晚=night
夜=night 深夜=midnight 午夜=midnight 夜空=night sky 月亮=moon 月光=moonlight 满月=full moon
月=moon 星星=stars 星空=starry sky 星=star 银河=the Milky Way 宇宙=universe 太空=space 星球=planet
天空=sky 云=clouds 云海=sea of clouds 雾=mist 彩虹=rainbow 极光=aurora 闪电=lightning 风暴=storm
暴风雨=storm 雨=rain 下雨=rain 雨中=in the rain 雪=snow 下雪=snowfall 雪地=snow 雪中=in the snow
冰=ice 春天=spring 夏天=summer 秋天=autumn 冬天=winter 冬=winter 秋=autumn 夏=summer 春=spring
沙漠=desert 城市=city 城=city 都市=city 街道=street 街=street 小镇=town 村庄=village 楼=building
高楼=skyscrapers 摩天大楼=skyscrapers 建筑=architecture 房子=house 房间=room 屋顶=roof
小屋=cottage 木屋=cabin 寺庙=temple 庙=temple 宫殿=palace 城堡=castle 灯塔=lighthouse 塔=tower
桥=bridge 窗=window 窗户=window 窗边=by the window 门=door 路=road 小路=path 车站=station
火车=train 汽车=car 飞船=spaceship 飞机=aeroplane 热气球=hot air balloon 气球=balloon 灯笼=lantern
路灯=street lamp 灯=lamp 船=boat 小船=small boat 帆船=sailing boat 舟=boat 书=book 伞=umbrella
剑=sword 红色=red 红=red 蓝色=blue 蓝=blue 绿色=green 绿=green 黄色=yellow 黄=yellow 金色=golden
金=golden 橙色=orange 紫色=purple 紫=purple 粉色=pink 粉=pink 黑色=black 黑=black 白色=white
白=white 灰色=grey 灰=grey 棕色=brown 银色=silver 彩色=colourful 大=large 巨大=huge 小=small
古老=ancient 美丽=beautiful 漂亮=pretty 可爱=cute 神秘=mysterious 梦幻=dreamy 宁静=calm 安静=quiet
孤独=lonely 温暖=warm 寒冷=cold 明亮=bright 黑暗=dark 发光=glowing 年轻=young 快乐=happy 悲伤=sad
透明=transparent 未来=futuristic 坐=sitting 坐在=sitting on 坐着=sitting 站=standing
站在=standing on 飞=flying 飞过=flying over 飞翔=flying 奔跑=running 跑=running 游泳=swimming
睡觉=sleeping 看=looking at 看着=looking at 穿=wearing 穿着=wearing 戴着=wearing 拿着=holding
望着=gazing at 漂浮=floating 跳舞=dancing 微笑=smiling 喝=drinking 水墨=ink wash
水墨画=ink wash painting 国画=traditional Chinese painting 水彩=watercolor
水彩画=watercolor painting 油画=oil painting 素描=pencil sketch 铅笔画=pencil drawing
插画=illustration 漫画=comic 动漫=anime 动画=animation 卡通=cartoon 像素=pixel 像素画=pixel art
赛博朋克=cyberpunk 霓虹=neon 霓虹灯=neon lights 浮世绘=ukiyo-e 写实=realistic 照片=photograph
摄影=photography 电影感=cinematic 特写=close-up 全景=panorama 肖像=portrait 风景=landscape
背景=background 纯色背景=plain background 杰作=masterpiece 高清=high definition 细节=detail
高细节=highly detailed 风格=style 古风=ancient Chinese style 剪纸=paper cut 雕塑=sculpture
玻璃=glass 水晶=crystal 大理石=marble 木=wood 石=stone 火=fire 火焰=flames 在=in 和=and 与=and
以及=and 有=with 一=one 两=two 三=three 四=four 里=inside 下=under 旁=beside 中文=Chinese text
原始=original 单人=one person 吊带=camisole 女=woman 男=man
"""
_ENGLISH = dict(pair.split("=") for pair in re.findall(r"\S+=[^=]+(?=\s\S+=|$)", _WORDS.strip()))
_LONGEST = max(map(len, _ENGLISH))
_MEASURES = "只个条艘座位片朵棵匹幅张头辆轮名间栋盏颗把群本"
_COUNTED = re.compile(f"([一两三四])[{_MEASURES}]")
_NUMBERS = {"一": "a", "两": "two", "三": "three", "四": "four"}
# They bind words, or say how far an action has got; English has no word in these places.
_SILENT = frozenset("的地得了着过上中是色")
_MARKS = str.maketrans("，、。；：！？（）", ",,.;:!?()")
_KEPT = re.compile(r"(https?://\S+|[{｛][^{}｛｝]*[}｝])")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


def is_chinese(text: str) -> bool:
    """Whether a text holds Chinese characters."""
    return bool(_CHINESE.search(text))


def translated(text: str) -> str:
    """The text with its Chinese words in English; all else stands, and all in braces."""
    if not is_chinese(text):
        return text
    parts = _KEPT.split(text)
    parts[::2] = (_plain(part) if is_chinese(part) else part for part in parts[::2])
    return "".join(parts).strip()


def _plain(text: str) -> str:
    english = _CHINESE.sub(lambda run: f" {' '.join(_words(run[0]))} ", text.translate(_MARKS))
    english = re.sub(r"[ \t]+", " ", english)
    english = re.sub(r" (?=[,.;:!?)])|(?<=\() ", "", english)
    english = re.sub(r"(?<=[,;!?])(?=[A-Za-z])", " ", english)
    english = re.sub(r"\bin (?=in |by )", "", english)
    return re.sub(r"\ba(?= [aeiou])", "an", english)


def _words(run: str) -> Iterator[str]:
    """The English words of Chinese characters, the longest that is known first."""
    at, unknown = 0, ""
    while at < len(run):
        word, length = _word(run, at)
        if word is None:
            unknown += run[at]
        else:
            if unknown:
                yield unknown
            unknown = ""
            if word:
                yield word
        at += length
    if unknown:
        yield unknown


def _word(run: str, at: int) -> tuple[str | None, int]:
    """The English word at a place, and how many characters it stands for; None where unknown."""
    counted = _COUNTED.match(run, at)
    if counted:
        return _NUMBERS[counted[1]], 2
    for length in range(min(_LONGEST, len(run) - at), 0, -1):
        found = _ENGLISH.get(run[at : at + length])
        if found:
            return found, length
    return ("", 1) if run[at] in _SILENT else (None, 1)
